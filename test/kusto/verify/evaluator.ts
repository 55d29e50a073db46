/** The evaluator must be right before it may judge: against answers recorded from the engine itself. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kustoNames } from '../../../src/kusto/names.ts';
import { reportFunctions } from '../../helpers/reports.ts';
import { notClaimed } from '../kql/claims.ts';
import { corpusExists, corpusFile, scoreCorpus } from '../kql/corpus.ts';
import { child, nameOf, nodes, parse } from '../kql/tree.ts';
import { functionsOf, viewsOf } from './analyser/schema-texts.ts';
import { parityObjects } from './parity/kql-side.ts';
import type { Section, SectionOptions } from './section.ts';

export async function run({ log }: Pick<SectionOptions, 'log'>): Promise<Section> {
  if (!corpusExists()) {
    const details = [`no recorded answers at ${fileURLToPath(corpusFile)}: they are kept beside the checkout`];
    return { numbers: { cases: 0, unequal: 0 }, details };
  }
  const { cases, unequal, details, unclaimed } = scoreCorpus();
  const others = [...unclaimed.values()].reduce((sum, n) => sum + n, 0);
  log(`${cases} cases, ${unequal} unequal; ${others} recorded answers use what the evaluator does not claim`);
  const recorded = wordsOf(recordedTexts());
  const used = wordsOf(ourTexts());
  const unjudged = [...used].filter((word) => !recorded.has(word)).sort();
  // Not a goal: the corpus is as it is. What it does not hold is tested in test/kusto/kql by hand.
  const numbers = { cases, unequal, unclaimed: others, usedByReports: used.size, usedWithoutRecordedAnswer: unjudged };
  return { numbers, details };
}

/** Views and functions: the reports' queries are the bodies of functions. */
function ourTexts(): string[] {
  const names = kustoNames();
  const objects = parityObjects(names, reportFunctions(names));
  return [...viewsOf(objects).map(({ query }) => query), ...functionsOf(objects).map(({ body }) => body.slice(1, -1))];
}

function recordedTexts(): string[] {
  const { cases } = JSON.parse(readFileSync(corpusFile, 'utf8')) as { cases: { kql: string; expected?: unknown }[] };
  return cases.flatMap(({ kql, expected }) => (expected != null && notClaimed(kql) === undefined ? [kql] : []));
}

/** Operators, and functions but for those that the texts or the schema define. */
function wordsOf(texts: readonly string[]): Set<string> {
  const words = new Set<string>();
  for (const text of texts) {
    const all = [...nodes(parse(text))];
    const own = new Set(all.filter(({ is }) => is === 'LetStatement').map(nameOf));
    for (const node of all) {
      if (/(?:Operator|Expression)$/.test(node.is)) words.add(node.is);
      if (node.is !== 'FunctionCallExpression') continue;
      const name = nameOf(child(node, 'Name'));
      if (!own.has(name) && !name.startsWith('Attribution')) words.add(name);
    }
  }
  return words;
}
