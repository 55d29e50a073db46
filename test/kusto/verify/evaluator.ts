/** The evaluator must be right before it may judge: against answers recorded from the engine itself. */
import { fileURLToPath } from 'node:url';
import { corpusExists, corpusFile, scoreCorpus } from '../kql/corpus.ts';
import type { Section, SectionOptions } from './section.ts';

export async function run({ log }: Pick<SectionOptions, 'log'>): Promise<Section> {
  if (!corpusExists()) {
    const details = [`no recorded answers at ${fileURLToPath(corpusFile)}: they are kept beside the checkout`];
    return { numbers: { cases: 0, unequal: 0 }, details };
  }
  const { cases, unequal, details, unclaimed } = scoreCorpus();
  const others = [...unclaimed.values()].reduce((sum, n) => sum + n, 0);
  log(`${cases} cases, ${unequal} unequal; ${others} recorded answers use what the evaluator does not claim`);
  return { numbers: { cases, unequal, unclaimed: others }, details };
}
