/**
 * What attribution of a given size costs in Kusto. The formulas:
 *
 *     rows a day      = processes × keys × 86,400 / window          (each key of each process lives in each window: the most there can be)
 *     header rows     = one for each part; a part holds at most 10,000 rows
 *     JSON a day      = rows × bytes of a row as JSON               (what ingestion is billed by, where it is)
 *     on the wire     = rows × bytes of a row after gzip
 *     5-minute rows   = services × keys × 288                       (processes of one service share their keys there)
 *     1-hour rows     = services × keys × 24
 *     stored          = Σ over levels: rows a day × days kept × bytes of a stored row; raw rows stay recoverable for 14 days more
 *     money a month   = JSON × price + stored × price + nodes × 730 h × price
 */
import { defaultRetention, hotDays, type RetentionDays } from '../../stores/kusto/schema/policies.ts';

/** Measured: 100,000 rows with 40 bytes of attributes as NDJSON, and that after gzip -1. */
export const JSON_BYTES_PER_ROW = 405;
export const GZIP_BYTES_PER_ROW = 47.9;
export const MEASURED_ATTRIBUTES_BYTES = 40;
/** Assumed: the service keeps columns, compressed, with their index; no better than gzip. */
export const STORED_BYTES_PER_ROW = 48;
const ROWS_PER_PART = 10_000;
const RECOVERABLE_DAYS = 14;
const DAYS_PER_MONTH = 365 / 12;
const HOURS_PER_MONTH = 730;
const GB = 1e9;
/** Above this, processes should send to collectors, which merge by service. */
export const ROWS_PER_DAY_DIRECT = 100e6;
/** In the measured fleet. */
const PROCESSES_PER_SERVICE = 12;

export interface EstimateInput {
  readonly processes: number;
  /** Combinations of origin, target, event, unit and attributes that one process counts in a window. */
  readonly keys: number;
  readonly windowSeconds?: number;
  readonly attributesBytes?: number;
  readonly services?: number;
  readonly retention?: Partial<RetentionDays>;
  readonly storedBytesPerRow?: number;
  readonly nodes?: number;
  readonly prices?: { readonly ingestGb?: number; readonly storageGbMonth?: number; readonly computeHour?: number };
}

export interface LevelEstimate {
  readonly level: 'raw' | 'rows' | '5m' | '1h';
  readonly rowsPerDay: number;
  readonly days: number;
  readonly gb: number;
  readonly hotDays: number;
  readonly hotGb: number;
}

export interface Estimate {
  readonly services: number;
  readonly windowSeconds: number;
  readonly nodes: number;
  readonly jsonBytesPerRow: number;
  readonly gzipBytesPerRow: number;
  readonly storedBytesPerRow: number;
  readonly perDay: {
    readonly rows: number;
    readonly headerRows: number;
    readonly jsonGb: number;
    readonly wireGb: number;
  };
  readonly perMonth: { readonly rows: number; readonly jsonGb: number; readonly wireGb: number };
  readonly levels: readonly LevelEstimate[];
  readonly storedGb: number;
  readonly hotGb: number;
  /** Parts whose price was given, and their sum. */
  readonly money: {
    readonly ingest?: number;
    readonly storage?: number;
    readonly compute?: number;
    readonly total?: number;
  };
  /** Rows a day if collectors merged the processes of a service. */
  readonly rowsPerDayMerged: number;
}

export function estimate(input: EstimateInput): Estimate {
  const { processes, keys, windowSeconds = 60, nodes = 2, prices = {} } = input;
  const services = input.services ?? Math.max(1, Math.round(processes / PROCESSES_PER_SERVICE));
  const attributes = (input.attributesBytes ?? MEASURED_ATTRIBUTES_BYTES) - MEASURED_ATTRIBUTES_BYTES;
  const jsonBytesPerRow = JSON_BYTES_PER_ROW + attributes;
  // Longer attributes compress as the rest does.
  const gzipBytesPerRow = (GZIP_BYTES_PER_ROW * jsonBytesPerRow) / JSON_BYTES_PER_ROW;
  const storedBytesPerRow = input.storedBytesPerRow ?? (STORED_BYTES_PER_ROW * jsonBytesPerRow) / JSON_BYTES_PER_ROW;

  const windows = 86_400 / windowSeconds;
  const rows = processes * keys * windows;
  const headerRows = processes * windows * Math.ceil(keys / ROWS_PER_PART);
  const retention = { ...defaultRetention, ...input.retention };
  const level = (name: LevelEstimate['level'], rowsPerDay: number): LevelEstimate => {
    const days = retention[name] + (name === 'raw' ? RECOVERABLE_DAYS : 0);
    const hot = hotDays(name, retention);
    const gbPerDay = (rowsPerDay * storedBytesPerRow) / GB;
    return { level: name, rowsPerDay, days, gb: gbPerDay * days, hotDays: hot, hotGb: gbPerDay * hot };
  };
  const levels = [
    level('raw', rows + headerRows),
    level('rows', rows + headerRows),
    level('5m', services * keys * 288),
    level('1h', services * keys * 24),
  ];
  const storedGb = sum(levels.map(({ gb }) => gb));
  const jsonGb = ((rows + headerRows) * jsonBytesPerRow) / GB;
  const wireGb = ((rows + headerRows) * gzipBytesPerRow) / GB;
  const money = {
    ...(prices.ingestGb !== undefined && { ingest: jsonGb * DAYS_PER_MONTH * prices.ingestGb }),
    ...(prices.storageGbMonth !== undefined && { storage: storedGb * prices.storageGbMonth }),
    ...(prices.computeHour !== undefined && { compute: nodes * HOURS_PER_MONTH * prices.computeHour }),
  };
  return {
    services,
    windowSeconds,
    nodes,
    jsonBytesPerRow,
    gzipBytesPerRow,
    storedBytesPerRow,
    perDay: { rows, headerRows, jsonGb, wireGb },
    perMonth: { rows: rows * DAYS_PER_MONTH, jsonGb: jsonGb * DAYS_PER_MONTH, wireGb: wireGb * DAYS_PER_MONTH },
    levels,
    storedGb,
    hotGb: sum(levels.map(({ hotGb }) => hotGb)),
    money: Object.keys(money).length === 0 ? {} : { ...money, total: sum(Object.values(money)) },
    rowsPerDayMerged: services * keys * windows,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
