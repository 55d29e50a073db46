/**
 * Queries: what reports and pages refer to, and that each reference reads only the time it is asked about. Judged twice: by the text
 * (references.ts), and by the rows that each reference hands out when one hour of four months is asked about.
 */
import { kustoNames } from '../../../src/kusto/names.ts';
import { reportFunctions } from '../../helpers/reports.ts';
import { databaseOf } from './analyser/schema-texts.ts';
import { parityObjects } from './parity/kql-side.ts';
import { asked } from './queries/asked.ts';
import { from, longSet, now, to } from './queries/long-set.ts';
import { adxQuestions, CHOICES, grafanaQuestions } from './queries/pages.ts';
import { type Question, type Share, sharesOf } from './queries/question.ts';
import { referencesOf } from './queries/references.ts';
import type { Reference, Tables } from './queries/scope.ts';
import { allReports } from './reports.ts';
import type { Section, SectionOptions } from './section.ts';

/** What one reference may hand out of its table: a report may look back a week, and four months are there. */
export const SHARE_MAX = 0.1;
const LINES_MAX = 60;
const EXCERPT = 160;

export async function run({ brief, log }: Pick<SectionOptions, 'brief' | 'log'>): Promise<Section> {
  const names = kustoNames();
  const functions = reportFunctions(names);
  const objects = parityObjects(names, functions);
  const tables = tablesOf(databaseOf(objects));
  const database = longSet(objects, names);
  const reports = await allReports();
  const findings = new Findings(tables);

  const runs: Record<string, number> = {};
  for (const report of reports) {
    const all = await asked(report, names, database, brief);
    for (const { question, plain, shares } of all) {
      const count = findings.judge(question, shares);
      if (plain) runs[report.name] = (runs[report.name] ?? 0) + count;
    }
    log(`${report.name}: ${runs[report.name]} references in ${all.filter(({ plain }) => plain).length} queries`);
  }
  const ask = (questions: readonly Question[], tried: boolean): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const question of questions) {
      const count = findings.judge(question, tried ? sharesOf(question, database, now) : []);
      counts[question.subject] = (counts[question.subject] ?? 0) + count;
    }
    log(`${questions[0]!.source}: ${JSON.stringify(counts)}`);
    return counts;
  };
  const stored = ask(
    functions.map(({ name }) => ({
      subject: name,
      source: 'stored function',
      text: `${name}(_from, _to)`,
      given: { _from: 'asked', _to: 'asked' },
      values: { _from: literal(from), _to: literal(to) },
    })),
    true,
  );
  const pages = ask(adxQuestions(), !brief);
  // The same questions over the same functions: what they read was seen.
  const grafana = ask(grafanaQuestions(), false);
  log(`at most ${(100 * findings.largest).toFixed(1)} % of a table for one reference`);
  return {
    numbers: {
      reports: reports.length,
      pages: Object.keys(pages).filter((page) => page !== CHOICES).length,
      unbounded: findings.unbounded,
      references: { ...runs, functions: stored, pages, grafana },
    },
    details: findings.lines(),
  };
}

const literal = (ms: number): string => `datetime(${new Date(ms).toISOString()})`;

export const tablesOf = ({ tables, views, functions }: ReturnType<typeof databaseOf>): Tables => ({
  tables: new Set([...tables.keys(), ...(views?.keys() ?? [])]),
  functions: new Map(functions.map((fn) => [fn.name, fn])),
});

/** What was found wrong. */
export class Findings {
  largest = 0;
  readonly #tables: Tables;
  /** Each place in each subject once, however many questions come by it. */
  readonly #unbounded = new Map<string, { readonly subject: string; readonly reference: Reference }>();
  readonly #tooMuch = new Map<string, string>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  get unbounded(): number {
    return this.#unbounded.size + this.#tooMuch.size;
  }

  /** @returns the references of the question */
  judge({ subject, source, text, given }: Question, shares: readonly Share[]): number {
    const references = referencesOf(text, this.#tables, given);
    for (const reference of references.filter(({ bounded }) => !bounded)) {
      this.#unbounded.set(JSON.stringify([subject, reference.within, reference.sites]), { subject, reference });
    }
    for (const { table, share } of shares) {
      this.largest = Math.max(this.largest, share);
      if (share <= SHARE_MAX) continue;
      const found = `${subject}, ${source}: ${table} hands out ${(100 * share).toFixed(1)} % of its rows for one hour of four months`;
      this.#tooMuch.set(`${subject}, ${source}: ${table}`, found);
    }
    return references.length;
  }

  /** Each place with those who come by it; of those that others stand on. */
  lines(): string[] {
    const places = new Map<string, Set<string>>();
    let follow = 0;
    for (const { subject, reference } of this.#unbounded.values()) {
      if (reference.follows) follow++;
      else {
        const place = this.#placeOf(reference);
        places.set(place, (places.get(place) ?? new Set()).add(subject));
      }
    }
    const roots = Array.from(places, ([place, subjects]) => `no lower bound: ${place} (${[...subjects].join(', ')})`);
    const all = [...roots, ...this.#tooMuch.values()];
    return [
      ...all.slice(0, LINES_MAX),
      ...(all.length > LINES_MAX ? [`and ${all.length - LINES_MAX} more`] : []),
      ...(follow > 0 ? [`${follow} references are bounded by values of those, and will be when those are`] : []),
    ];
  }

  /** The table, and the text that chooses what to read of it: a function that takes nothing chooses nothing. */
  #placeOf({ table, within, sites }: Reference): string {
    const chooser = within.findLastIndex((name) => this.#tables.functions.get(name)!.parameters !== '()');
    const site = sites[chooser + 1]!;
    return `${table} in ${site.length > EXCERPT ? `${site.slice(0, EXCERPT)}…` : site}`;
  }
}
