import type { Store } from '../core/contracts/store.ts';
import { parseBy } from './by.ts';
import { ago, clockTime } from './format.ts';
import { kqlSource } from './kql/source.ts';
import { type Books, readBooks, resolveRange, type TimeRange } from './range.ts';
import type { Report, ReportParameters, ReportResult, Values } from './report.ts';
import type { Measure, Source } from './source.ts';
import { sqlSource } from './sql/source.ts';
import { checkZone, parseTime, usage } from './time.ts';
import { type Condition, parseWhere } from './where.ts';

export interface RunOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

const HOUR = 3_600_000;

/**
 * Answers `report` from `store`. Values reach it as bound parameters only; what varies in the text is chosen from fixed lists.
 * @throws AttributionError `ATTR_USAGE`, `ATTR_STORE_EMPTY`
 */
export async function runReport<R = Record<string, unknown>>(
  store: Store,
  report: Report,
  parameters: ReportParameters,
  options: RunOptions,
): Promise<ReportResult<R>> {
  const { now } = options;
  const tz = checkZone(parameters.tz);
  const conditions = parseWhere(parameters.where ?? '');
  const limit = parameters.limit ?? report.limit;
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000)
    throw usage(`--limit is ${limit}: expected 1 to 100000`);
  const asOf = parameters.asOf === undefined ? undefined : parseTime(parameters.asOf, '--as-of', now, tz);
  const by = parseBy(parameters.by ?? 'origin');
  const measure = measureOf(parameters.measure, conditions);

  const source = store.language === 'kql' ? kqlSource(store) : sqlSource(store);
  const books = await readBooks(source, now);
  const range = await resolveRange(source, books, parameters, report.since, now, tz);
  const binding = (await report.bind?.({ parameters, books, range, tz, now, source })) ?? { values: {} };
  const values: Values = {
    from: { type: 'datetime', value: range.from },
    to: { type: 'datetime', value: range.to },
    seconds: { type: 'real', value: range.seconds },
    limit: { type: 'long', value: limit },
    now: { type: 'datetime', value: now },
    ...binding.values,
  };
  const grainMs = binding.grainMs ?? HOUR;
  const rows = await source.answer<R>(report, { values, grainMs, asOf, by, conditions, measure });
  const services = await source.services(range, asOf);
  const notes = [...(binding.notes ?? [])];
  if (range.rowsGone && (report.needsRows === true || asOf !== undefined))
    notes.push(rowsGoneNote(report, range, tz, now));
  if (rows.length === 0) notes.push(await emptyNote(source, books, range, services, parameters, now, tz));
  return {
    report: report.name,
    question: report.question,
    range: { from: range.from, to: range.to, seconds: range.seconds },
    dataThrough: Math.min(books.through, range.to),
    services,
    columns: report.columns,
    rows,
    notes,
    tz,
  };
}

/** Durations of what a service asked of others, unless something else is named: never server and client seconds in one sum. */
function measureOf(event: string | undefined, conditions: readonly Condition[]): Measure {
  if (event !== undefined) return { kind: 'event', event };
  const names = (field: string): boolean => conditions.some((c) => c.field === field && !c.operator.startsWith('!'));
  if (names('event') || names('unit')) return { kind: 'any' };
  return { kind: 'seconds', servers: names('target') };
}

/** Sums do not say how many rows they were, nor when those were sealed. */
function rowsGoneNote(report: Report, range: TimeRange, tz: string, now: number): string {
  const what = report.needsRows === true ? report.name : '--as-of';
  return `Incomplete: ${what} needs single rows, and those from ${clockTime(range.from, tz, now)} on are no longer all kept, only their sums. Begin later, or keep rows longer: otel-attribution kusto schema --apply --retention-rows-days <n>`;
}

/** Why the answer is empty, and what to ask instead. */
async function emptyNote(
  source: Source,
  books: Books,
  range: TimeRange,
  services: number,
  parameters: ReportParameters,
  now: number,
  tz: string,
): Promise<string> {
  const clock = (ms: number): string => clockTime(ms, tz, now);
  if (books.through <= range.from || services === 0) {
    const hours = Math.ceil((now - books.through) / HOUR) + 1;
    return `No data from ${clock(range.from)} to ${clock(range.to)}: the store has data from ${clock(books.first)} to ${clock(books.through)} (${ago(now - books.through)}). Widen the range: --since ${hours}h`;
  }
  const events = await source.events(range);
  const asked = [
    parameters.where === undefined ? '' : `--where ${parameters.where}`,
    parameters.measure === undefined ? '' : `--measure ${parameters.measure}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
  const have = events.join(', ');
  if (asked !== '')
    return `Nothing matches ${asked} in this range. Events in it: ${have === '' ? 'none' : have}. All of them: otel-attribution inventory`;
  return have === ''
    ? 'The services of this range report only their own accounts: no span matched a rule. See: otel-attribution coverage, otel-attribution doctor'
    : `No calls to databases or other services in this range. Measured: ${have}. Show one with --measure <event>`;
}
