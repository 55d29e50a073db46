/**
 * A part as the lines of JSON that the ingestion mapping reads: property names are column names, datetimes ISO with milliseconds, doubles
 * in JavaScript's shortest form, which reads back as the same double. Row -1, the header, comes last: where a part travels in pieces it has
 * arrived only with the last one.
 */
import zlib from 'node:zlib';
import { PermanentError } from '../../core/errors.ts';
import { ACCOUNTS_TARGET } from '../../core/model.ts';
import type { PartColumns } from '../../core/part-columns.ts';
import { HEADER_EVENT, HEADER_ROW, type HeaderAttributes } from '../../kusto/names.ts';

/** Longer strings are cut by the service, which says nothing. */
const STRING_BYTES_MAX = 1024 * 1024;
/** What one part may become; far above what a part of this release can. */
const PART_CHARS_MAX = 256 * 1024 * 1024;
/** Characters collected before they become bytes. */
const FLUSH_CHARS = 1024 * 1024;
const INT_MAX = 2 ** 31 - 1;
/** Years 1 to 9999. */
const TIME_MIN = -62_135_596_800_000;
const TIME_MAX = 253_402_300_799_999;

/** One blob or one request. */
export interface Upload {
  readonly bytes: readonly Buffer[];
  readonly rawBytes: number;
}

/** @throws PermanentError for what the table cannot hold: which row, which column */
export function ndjson(columns: PartColumns): Buffer {
  const strs = columns.strs.map((text) => JSON.stringify(text.toWellFormed()));
  checkStrings(columns, strs);
  if (!Number.isInteger(columns.wsec) || columns.wsec > INT_MAX)
    throw refused(columns, 'the width of its windows', `${columns.wsec} s is no whole number of seconds`);
  const time = isoTimes(columns);
  const head = `{"PartId":${JSON.stringify(columns.part.toWellFormed())},"SealedAt":${time(columns.sealedAt, 'SealedAt')},"WindowSeconds":${columns.wsec},"Row":`;
  const pieces: Buffer[] = [];
  let text = '';
  let chars = 0;
  for (let i = 0; i < columns.n; i++) {
    const samples = columns.samples[i]!;
    if (samples >= 2 ** 63) throw refused(columns, `row ${i}, column Samples`, `${samples} is no 64-bit integer`);
    text +=
      `${head}${i},"WindowStart":${time(columns.ws[i]!, `row ${i}, column WindowStart`)}` +
      `,"Service":${strs[columns.service[i]!]},"OriginService":${strs[columns.originService[i]!]}` +
      `,"Origin":${strs[columns.origin[i]!]},"Target":${strs[columns.target[i]!]}` +
      `,"Event":${strs[columns.event[i]!]},"Unit":${strs[columns.unit[i]!]}` +
      `,"Value":${double(columns.value[i]!)},"Count":${double(columns.count[i]!)},"Samples":${samples}` +
      `,"Min":${nullable(columns.min[i]!)},"Max":${nullable(columns.max[i]!)}` +
      `,"ExemplarTraceId":${strs[columns.exemplar[i]!]},"Attributes":${strs[columns.attributes[i]!]}}\n`;
    if (text.length < FLUSH_CHARS) continue;
    chars += text.length;
    if (chars > PART_CHARS_MAX) throw refused(columns, 'it', `more than ${PART_CHARS_MAX} characters as JSON`);
    pieces.push(Buffer.from(text));
    text = '';
  }
  pieces.push(Buffer.from(text + headerLine(columns, head, time)));
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/**
 * A part in pieces of whole lines, in order: the header comes with the last.
 * @throws PermanentError when one line alone is larger than `maxBytes`
 */
export function spread(part: Buffer, maxBytes: number): Upload[] {
  const uploads: Upload[] = [];
  for (let from = 0; from < part.length; ) {
    const end = part.length - from <= maxBytes ? part.length : part.lastIndexOf(0x0a, from + maxBytes - 1) + 1;
    if (end <= from) {
      throw new PermanentError(
        `A row is larger than ${maxBytes} bytes, the most that one request may carry. Set mode: queued, then: otel-attribution spool requeue`,
      );
    }
    uploads.push({ bytes: [part.subarray(from, end)], rawBytes: end - from });
    from = end;
  }
  return uploads;
}

/** The one place that compresses. */
export function compress({ bytes }: Upload): Buffer {
  return zlib.gzipSync(bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes), { level: 1 });
}

function headerLine(columns: PartColumns, head: string, time: (ms: number, where: string) => string): string {
  const width = columns.wsec * 1_000;
  const services = [...new Set(columns.service)].map((at) => columns.strs[at]!.toWellFormed()).sort();
  const attributes: HeaderAttributes = {
    final: columns.final === true,
    instance: columns.instance,
    mapping: columns.mapping,
    package: columns.package,
    sequence: Number(columns.part.slice(columns.instance.length + 1)),
    services: [...new Set(services)],
  };
  const text = JSON.stringify(attributes);
  if (tooLong(text)) throw refused(columns, 'its header', 'the names of its services are longer than 1 MiB together');
  return (
    `${head}${HEADER_ROW},"WindowStart":${time(Math.floor(columns.sealedAt / width) * width, 'SealedAt')}` +
    `,"Service":"","OriginService":"","Origin":"","Target":"${ACCOUNTS_TARGET}","Event":"${HEADER_EVENT}","Unit":"{row}"` +
    `,"Value":${columns.n},"Count":0,"Samples":0,"Min":null,"Max":null,"ExemplarTraceId":"","Attributes":${JSON.stringify(text.toWellFormed())}}\n`
  );
}

/** A rotation has few windows and many rows: each time is written once. */
function isoTimes(columns: PartColumns): (ms: number, where: string) => string {
  const known = new Map<number, string>();
  return (ms, where) => {
    let text = known.get(ms);
    if (text === undefined) {
      if (!(ms >= TIME_MIN && ms <= TIME_MAX))
        throw refused(columns, where, `${ms} ms is no time of the years 1 to 9999`);
      text = JSON.stringify(new Date(ms));
      known.set(ms, text);
    }
    return text;
  };
}

function double(value: number): string {
  return value === 0 && Object.is(value, -0) ? '-0.0' : String(value);
}

function nullable(value: number | null): string {
  return value === null ? 'null' : double(value);
}

const stringColumns = [
  ['Service', 'service'],
  ['OriginService', 'originService'],
  ['Origin', 'origin'],
  ['Target', 'target'],
  ['Event', 'event'],
  ['Unit', 'unit'],
  ['ExemplarTraceId', 'exemplar'],
  ['Attributes', 'attributes'],
] as const;

function checkStrings(columns: PartColumns, strs: readonly string[]): void {
  const long = new Set<number>();
  for (let i = 0; i < strs.length; i++) if (tooLong(columns.strs[i]!)) long.add(i);
  if (long.size === 0) return;
  for (const [name, key] of stringColumns) {
    const row = columns[key].findIndex((at) => long.has(at));
    if (row !== -1)
      throw refused(columns, `row ${row}, column ${name}`, 'a string longer than 1 MiB, which the service would cut');
  }
}

function tooLong(text: string): boolean {
  return text.length > STRING_BYTES_MAX / 3 && Buffer.byteLength(text) > STRING_BYTES_MAX;
}

function refused(columns: PartColumns, where: string, what: string): PermanentError {
  return new PermanentError(`Part ${columns.part} does not fit the table: ${where}: ${what}.`);
}
