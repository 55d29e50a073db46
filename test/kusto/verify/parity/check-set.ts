import type { KustoClient } from '../../../../src/kusto/client.ts';
import type { KustoNames } from '../../../../src/kusto/names.ts';
import type { ReportParameters } from '../../../../src/reports/parameters.ts';
import type { Report } from '../../../../src/reports/report.ts';
import { runReport } from '../../../../src/reports/run.ts';
import { kqlStore } from '../../../../src/stores/kusto/store.ts';
import { differencesOf, type Outcome, outcomeOf } from './compare.ts';
import type { DataSet } from './data-set.ts';
import { randomQuestion } from './questions.ts';
import { Random } from './random.ts';
import type { SqlSide } from './sql-side.ts';
import { toleranceOf } from './tolerance.ts';

/** What was asked, and how much of it said something. */
export interface Tally {
  questions: number;
  /** Questions whose answer has rows. */
  answered: number;
  /** Rows of answers. */
  rows: number;
  /** Questions whose answers differ. */
  differences: number;
  /** Enough to see each of them again. */
  readonly details: string[];
}

export const emptyTally = (): Tally => ({ questions: 0, answered: 0, rows: 0, differences: 0, details: [] });

const DETAILS_MAX = 60;

export interface CheckOptions {
  readonly reports: readonly Report[];
  /** Of each report. */
  readonly questions: number;
  readonly names: KustoNames;
}

/** Asks both stores, which hold the same parts, random questions of every report. */
export async function checkReports(
  set: DataSet,
  sql: SqlSide,
  client: KustoClient,
  { reports, questions, names }: CheckOptions,
  tally: Tally,
): Promise<void> {
  const random = new Random(set.seed + 0x5eed);
  const kql = kqlStore(client, names);
  for (const report of reports) {
    for (let n = 0; n < questions; n++) {
      const parameters = randomQuestion(random, set, report);
      const ours = await outcomeOf(() => runReport(sql.store, report, parameters, { now: set.now }));
      const theirs = await outcomeOf(() => runReport(kql, report, parameters, { now: set.now }));
      judge(set, report, report.name, parameters, ours, theirs, tally);
    }
  }
}

export function judge(
  set: DataSet,
  report: Report,
  what: string,
  parameters: ReportParameters,
  sql: Outcome,
  kql: Outcome,
  tally: Tally,
): void {
  tally.questions++;
  if ('result' in sql) {
    tally.rows += sql.result.rows.length;
    if (sql.result.rows.length > 0) tally.answered++;
  }
  const answer = 'result' in sql ? sql.result : undefined;
  const differences = differencesOf(sql, kql, toleranceOf(set.numbers, report, answer));
  if (differences.length === 0) return;
  tally.differences++;
  if (tally.details.length >= DETAILS_MAX) return;
  const at = `seed ${set.seed} (${set.numbers}, windows of ${set.windowSeconds} s, now ${new Date(set.now).toISOString()})`;
  tally.details.push(`${at}: ${what} ${JSON.stringify(parameters)}`, ...differences.map((line) => `  ${line}`));
}
