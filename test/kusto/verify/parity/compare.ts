/** Compares two answers to one question: rows in order, columns, values; and what the answer says about itself. */
import { AttributionError } from '../../../../src/core/errors.ts';
import type { Column } from '../../../../src/reports/columns.ts';
import type { ReportResult } from '../../../../src/reports/report.ts';

export type Outcome = { readonly result: ReportResult } | { readonly error: unknown };

export async function outcomeOf(answer: () => Promise<ReportResult>): Promise<Outcome> {
  try {
    return { result: await answer() };
  } catch (error) {
    return { error };
  }
}

/**
 * How far apart two numbers of a column may be. Where sums are exact, 0; else 1e-12 · Σ|v|, which is the sum itself as long as no
 * value is negative.
 */
export type Tolerance = (column: Column, sqlRow: Readonly<Record<string, unknown>>) => number;

const SHOWN = 5;

/** What differs, in words; nothing when the answers are the same. */
export function differencesOf(sql: Outcome, kql: Outcome, tolerance: Tolerance): string[] {
  if ('error' in sql || 'error' in kql) return errorDifferences(sql, kql);
  const found = headDifferences(sql.result, kql.result);
  const [ours, theirs] = [sql.result.rows, kql.result.rows];
  if (ours.length !== theirs.length) found.push(`rows: SQL ${ours.length}, KQL ${theirs.length}`);
  for (let i = 0; i < Math.max(ours.length, theirs.length) && found.length < SHOWN; i++) {
    found.push(...rowDifferences(i, ours[i], theirs[i], sql.result.columns, tolerance));
  }
  return found;
}

function errorDifferences(sql: Outcome, kql: Outcome): string[] {
  const [ours, theirs] = [sql, kql].map(said) as [string, string];
  // An error that is not ours says that a query failed: never an answer, even when both do.
  const meant = 'error' in sql && sql.error instanceof AttributionError;
  return ours === theirs && meant ? [] : [`SQL ${ours}`, `KQL ${theirs}`];
}

function said(outcome: Outcome): string {
  if ('result' in outcome) return `answers with ${outcome.result.rows.length} rows`;
  const { error } = outcome;
  // The remedies for an empty store are those of the store.
  if (error instanceof AttributionError && error.code === 'ATTR_STORE_EMPTY') return error.code;
  if (error instanceof AttributionError) return `${error.code}: ${error.message}`;
  return `fails: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 1_500) : String(error)}`;
}

/** Only one of them adds up hours beforehand, and says so. */
function headDifferences(sql: ReportResult, { settled: _, ...kql }: ReportResult): string[] {
  const heads = [sql, kql].map(({ rows: _, columns, ...head }) => ({ ...head, columns: columns.map((c) => c.name) }));
  const [ours, theirs] = heads as unknown as [Record<string, unknown>, Record<string, unknown>];
  return Object.keys({ ...ours, ...theirs }).flatMap((key) =>
    JSON.stringify(ours[key]) === JSON.stringify(theirs[key])
      ? []
      : [`${key}: SQL ${JSON.stringify(ours[key])}, KQL ${JSON.stringify(theirs[key])}`],
  );
}

type Row = Readonly<Record<string, unknown>>;

function rowDifferences(
  index: number,
  sql: Row | undefined,
  kql: Row | undefined,
  columns: readonly Column[],
  tolerance: Tolerance,
): string[] {
  if (sql === undefined || kql === undefined) {
    return [`row ${index}: only in ${sql === undefined ? 'KQL' : 'SQL'}: ${JSON.stringify(sql ?? kql)}`];
  }
  const wrong = columns.filter((column) => !same(column, sql[column.name], kql[column.name], tolerance(column, sql)));
  const strange = Object.keys(kql).filter((name) => !columns.some((column) => column.name === name));
  if (wrong.length === 0 && strange.length === 0) return [];
  const cells = wrong.map(({ name }) => `${name}: SQL ${shown(sql[name])}, KQL ${shown(kql[name])}`);
  const key = columns.filter((column) => column.type === 'string').map((column) => sql[column.name]);
  return [
    `row ${index} ${JSON.stringify(key)}: ${[...cells, ...strange.map((name) => `KQL has a column ${name}`)].join('; ')}`,
  ];
}

const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');

function same(column: Column, a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b && a !== undefined;
  return column.type === 'number' ? a === b || Math.abs(a - b) <= tolerance : a === b;
}
