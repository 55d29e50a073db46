import { readFileSync } from 'node:fs';
import { bySql, parseBy } from './by.ts';
import { ago, clockTime } from './format.ts';
import { type Books, readBooks, resolveRange, type TimeRange } from './range.ts';
import type { Report, ReportParameters, ReportResult, SqlParams, SqlStore } from './report.ts';
import { checkZone, parseTime, usage } from './time.ts';
import { type Condition, parseWhere, whereSql } from './where.ts';

export interface RunOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Durations of what a service asked of others: never server and client seconds in one sum. */
const CLIENT_SECONDS = "unit = 's' AND target NOT LIKE 'service://%' AND target <> 'otel-attribution'";
const ALL_SECONDS = "unit = 's' AND target <> 'otel-attribution'";

/**
 * Entry spans of the service that named the origin: one per request, message or invocation. What it calls with its origin
 * (`propagateTo`) has entry spans under the same origin, which are no further requests.
 */
const REQUESTS = `target LIKE 'service://%' AND service = origin_service AND event IN
  ('http.server.request.duration', 'rpc.server.call.duration', 'messaging.process.duration', 'faas.invoke_duration')`;

/**
 * Answers `report` from `db`. Values reach the database as bound parameters only; what varies in the text is chosen from fixed lists.
 * @throws AttributionError `ATTR_USAGE`, `ATTR_STORE_EMPTY`
 */
export async function runReport<R = Record<string, unknown>>(
  db: SqlStore,
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
  const by = bySql(parseBy(parameters.by ?? 'origin'));

  const books = await readBooks(db, now);
  const range = await resolveRange(db, books, parameters, report.since, now, tz);
  const where = whereSql(conditions);
  const binding = (await report.bind?.({ parameters, range, tz, now, db })) ?? { params: {} };

  const sealed = asOf === undefined ? '' : ' AND sealed_at <= epoch_ms($as_of::BIGINT)';
  const span = `window_start >= epoch_ms($from::BIGINT) AND window_start < epoch_ms($to::BIGINT)${sealed}`;
  const measure = measureSql(parameters.measure, conditions);
  const text: Record<string, string> = {
    ...by.text,
    span,
    sealed,
    where: where.sql,
    measure,
    requests: REQUESTS,
    ...binding.text,
  };
  const params: SqlParams = {
    from: range.from,
    to: range.to,
    seconds: range.seconds,
    limit,
    as_of: asOf ?? null,
    measure: parameters.measure ?? null,
    now,
    ...by.params,
    ...where.params,
    ...binding.params,
  };
  const rows = await db.all<R>(...statement(readFileSync(new URL('query.sql', report.folder), 'utf8'), text, params));
  const [reporting] = await db.all<{ n: number }>(
    ...statement('SELECT count(DISTINCT service) AS n FROM sums WHERE {{span}}', text, params),
  );
  const notes = [...(binding.notes ?? [])];
  if (rows.length === 0) notes.push(await emptyNote(db, books, range, reporting!.n, parameters, now, tz));
  return {
    report: report.name,
    question: report.question,
    range: { from: range.from, to: range.to, seconds: range.seconds },
    dataThrough: Math.min(books.through, range.to),
    services: reporting!.n,
    columns: report.columns,
    rows,
    notes,
    tz,
  };
}

/** Fills the placeholders `{{name}}` with fixed texts and keeps the parameters that the text names. */
export function statement(sql: string, text: Readonly<Record<string, string>>, params: SqlParams): [string, SqlParams] {
  const filled = sql.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = text[name];
    if (value === undefined) throw new Error(`query.sql has an unknown placeholder {{${name}}}`);
    return value;
  });
  const used = new Set([...filled.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  return [filled, Object.fromEntries(Object.entries(params).filter(([name]) => used.has(name)))];
}

function measureSql(measure: string | undefined, conditions: readonly Condition[]): string {
  if (measure !== undefined) return 'event = $measure';
  const names = (field: string): boolean => conditions.some((c) => c.field === field && !c.operator.startsWith('!'));
  if (names('event') || names('unit')) return 'true';
  return names('target') ? ALL_SECONDS : CLIENT_SECONDS;
}

/** Why the answer is empty, and what to ask instead. */
async function emptyNote(
  db: SqlStore,
  books: Books,
  range: TimeRange,
  services: number,
  parameters: ReportParameters,
  now: number,
  tz: string,
): Promise<string> {
  const clock = (ms: number): string => clockTime(ms, tz, now);
  if (books.through <= range.from || services === 0) {
    const hours = Math.ceil((now - books.through) / 3.6e6) + 1;
    return `No data from ${clock(range.from)} to ${clock(range.to)}: the store has data from ${clock(books.first)} to ${clock(books.through)} (${ago(now - books.through)}). Widen the range: --since ${hours}h`;
  }
  const measures = await db.all<{ event: string }>(
    `SELECT event FROM sums WHERE window_start >= epoch_ms($from::BIGINT) AND window_start < epoch_ms($to::BIGINT)
AND target <> 'otel-attribution' GROUP BY event ORDER BY sum(count) DESC, event LIMIT 5`,
    { from: range.from, to: range.to },
  );
  const asked = [
    parameters.where === undefined ? '' : `--where ${parameters.where}`,
    parameters.measure === undefined ? '' : `--measure ${parameters.measure}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
  const have = measures.map((m) => m.event).join(', ');
  if (asked !== '')
    return `Nothing matches ${asked} in this range. Events in it: ${have === '' ? 'none' : have}. All of them: otel-attribution inventory`;
  return have === ''
    ? 'The services of this range report only their own accounts: no span matched a rule. See: otel-attribution coverage, otel-attribution doctor'
    : `No calls to databases or other services in this range. Measured: ${have}. Show one with --measure <event>`;
}
