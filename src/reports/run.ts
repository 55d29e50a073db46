import type { Store } from '../core/contracts/store.ts';
import { AttributionError } from '../core/errors.ts';
import { parseBy } from './by.ts';
import { columnsOf, type ReportRow } from './columns.ts';
import { heardOf } from './heard.ts';
import { attributesNowhere, type Keyed } from './keys.ts';
import { kqlSource } from './kql/source.ts';
import { measureOf } from './measure.ts';
import { parseTime } from './moment.ts';
import { emptyNote, nowhereNotes, rowsGoneNote } from './notes.ts';
import type { ReportParameters } from './parameters.ts';
import { resolveRange } from './range.ts';
import type { Report, ReportResult } from './report.ts';
import { edgeOf, type Reading, type Source, settledThrough, type TimeRange, type Values } from './source.ts';
import { sqlSource } from './sql/source.ts';
import { checkZone, usage } from './time.ts';
import { parseWhere } from './where.ts';

export interface RunOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

const HOUR = 3_600_000;

/**
 * Answers `report` from `store`. Values reach it as bound parameters only; what varies in the text is chosen from fixed lists.
 * @throws AttributionError `ATTR_USAGE`, `ATTR_STORE_EMPTY`
 */
export async function runReport<R extends ReportRow, P extends ReportParameters>(
  store: Store,
  report: Report<R, P>,
  parameters: NoInfer<P>,
  { now }: RunOptions,
): Promise<ReportResult<R>> {
  const tz = checkZone(parameters.tz);
  const conditions = parseWhere(parameters.where ?? '');
  const limit = parameters.limit ?? report.limit;
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000)
    throw usage(`--limit is ${limit}: expected 1 to 100000`);
  const asOf = parameters.asOf === undefined ? undefined : parseTime(parameters.asOf, '--as-of', now, tz);
  const by = parseBy(parameters.by ?? 'origin');
  const measure = measureOf(parameters.measure, conditions);

  const source = store.language === 'kql' ? kqlSource(store) : sqlSource(store);
  const reading = { now, asOf };
  const range = await resolveRange(source, parameters, report.since, reading, tz);
  const services = await source.services(range, asOf);
  const nearest = services === 0 ? await readNearest(source, range, reading) : undefined;
  const context = { parameters, nearest, range, tz, now, asOf, source };
  const binding = (await report.bind?.(context)) ?? { values: {} };
  const heard = heardOf(range, edgeOf(reading));
  const values: Values = {
    from: { type: 'datetime', value: range.from },
    to: { type: 'datetime', value: range.to },
    seconds: { type: 'real', value: range.seconds },
    limit: { type: 'long', value: limit },
    heardFrom: { type: 'datetime', value: heard.from },
    heardTo: { type: 'datetime', value: heard.to },
    heardAll: { type: 'bool', value: heard.to >= edgeOf(reading) },
    rowsGone: { type: 'bool', value: range.rowsGone },
    settled: { type: 'datetime', value: range.settled },
    ...binding.values,
  };
  const grainMs = binding.grainMs ?? HOUR;
  const rows = await source.answer<R>(report.folder, { values, grainMs, asOf, by, conditions, measure });
  const notes = [...(binding.notes ?? [])];
  if (range.rowsGone && (report.needsRows === true || asOf !== undefined))
    notes.push(rowsGoneNote(report.needsRows === true ? report.name : '--as-of', context));
  if (rows.length === 0) {
    notes.push(await emptyNote(context));
    if (services > 0 && report.whyEmpty !== undefined) notes.push(report.whyEmpty);
  }
  const keyed = report.parameters.includes('by');
  const nowhere = keyed ? attributesNowhere(rows as readonly unknown[] as Keyed[], by) : [];
  if (rows.length === 0 && services > 0)
    nowhere.push(...conditions.flatMap(({ field, attribute }) => (field === 'attribute' ? [attribute] : [])));
  notes.push(...(await nowhereNotes(nowhere, context)));
  const settled = report.needsRows === true || asOf !== undefined || grainMs < HOUR ? undefined : settledThrough(range);
  return {
    report: report.name,
    question: report.question,
    range: { ...range.shown, seconds: range.seconds, asked: range.asked },
    dataThrough: Math.min(nearest ?? range.shown.to, range.shown.to),
    ...(settled !== undefined && { settled }),
    services,
    columns: columnsOf(report.columns),
    rows,
    notes,
    tz,
    ...(keyed && { by }),
  };
}

/**
 * What there is beside a range that is empty.
 * @throws AttributionError `ATTR_STORE_EMPTY`; `ATTR_USAGE` when nothing was sealed until then
 */
async function readNearest(source: Source, range: TimeRange, reading: Reading): Promise<number> {
  const { asOf, now } = reading;
  const nearest = await source.nearest(range, edgeOf(reading));
  if (nearest !== undefined) return nearest;
  const later = asOf === undefined ? undefined : await source.nearest({ from: asOf, to: now }, now);
  if (later === undefined) throw new AttributionError('ATTR_STORE_EMPTY', source.empty);
  const [at, first] = [asOf!, later].map((ms) => new Date(ms).toISOString());
  throw usage(`nothing was sealed until ${at}: the first after it was sealed at ${first}. Choose a later --as-of`);
}
