/** Blobs of JSON into rows, as ingestion reads them. */
import { gunzipSync } from 'node:zlib';
import type { FakeTable, IngestionMapping, MappingEntry } from './database.ts';
import { type Column, emptyValue, ingestValue, type Row, type Value } from './values.ts';

/** What ingestion refuses for ever. */
export class IngestionRefused extends Error {
  override readonly name = 'IngestionRefused';
  readonly code: string;
  readonly permanent: boolean;

  constructor(code: string, details: string, permanent = true) {
    super(details);
    this.code = code;
    this.permanent = permanent;
  }
}

const EXPANDED_BYTES_MAX = 512 * 1024 * 1024;

/** Gzip is undone once, by its magic number; a name that ends in .gz promises it. */
export function expand(bytes: Buffer, name: string): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      return gunzipSync(bytes, { maxOutputLength: EXPANDED_BYTES_MAX });
    } catch (cause) {
      throw new IngestionRefused(
        'BadRequest_InvalidBlob',
        `The blob cannot be decompressed: ${(cause as Error).message}`,
      );
    }
  }
  if (bytes.length > 0 && name.endsWith('.gz')) {
    throw new IngestionRefused(
      'BadRequest_InvalidBlob',
      'The blob is not compressed with gzip although its name says so.',
    );
  }
  return bytes;
}

/**
 * @param format `multijson`: records in any layout, any fault refuses all; `json`: a record a line, faulty lines are skipped in silence
 */
export function readRecords(bytes: Buffer, format: 'json' | 'multijson'): unknown[] {
  const text = bytes.toString();
  const records = format === 'json' ? recordsByLine(text) : recordsOf(text);
  if (records.length > 0) return records;
  throw new IngestionRefused(
    'BadRequest_NoRecordsOrWrongFormat',
    `BadRequest_NoRecordsOrWrongFormat: No records were found in the data, or its format is not ${format}.`,
  );
}

function recordsByLine(text: string): unknown[] {
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isRecord(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function recordsOf(text: string): unknown[] {
  const values = tryLines(text) ?? Array.from(jsonValues(text), (piece) => parsed(piece));
  const records = values.flat();
  if (!records.every(isRecord)) throw malformed('a record is not an object');
  return records;
}

/** The usual layout, a value a line, without looking for where each ends. */
function tryLines(text: string): unknown[] | undefined {
  const values: unknown[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      return undefined;
    }
  }
  return values;
}

/** Values one after another, with or without blanks between them. */
function* jsonValues(text: string): Generator<string> {
  let depth = 0;
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') {
      if (depth === 0) throw malformed(`unexpected string at ${i}`);
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i += 1;
    } else if (character === '{' || character === '[') {
      if (depth === 0) start = i;
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth < 0) throw malformed(`unexpected ${character} at ${i}`);
      if (depth === 0) yield text.slice(start, i + 1);
    } else if (depth === 0 && !/\s/.test(character)) throw malformed(`unexpected ${character} at ${i}`);
  }
  if (depth > 0) throw malformed('the data ends within a record');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed((cause as Error).message);
  }
}

const malformed = (reason: string) =>
  new IngestionRefused('BadRequest_InvalidBlob', `The data is malformed JSON: ${reason}`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without a mapping, columns take what has their name. */
export function mapRecords(
  records: readonly unknown[],
  table: FakeTable,
  mapping: IngestionMapping | undefined,
): Row[] {
  const readers = table.columns.map((column) => reader(column, mapping));
  return records.map((record) => readers.map((read) => read(record)));
}

function reader(column: Column, mapping: IngestionMapping | undefined): (record: unknown) => Value {
  const entry = mapping === undefined ? identity(column) : mapping.entries.find((each) => each.column === column.name);
  if (entry === undefined) return () => emptyValue(column.type);
  const steps = pathSteps(entry.path);
  return (record) => {
    let value = record;
    for (const step of steps)
      value = isRecord(value) || Array.isArray(value) ? (value as Record<string, unknown>)[step] : undefined;
    return ingestValue(transformed(value, entry.transform), column.type);
  };
}

const identity = ({ name }: Column): MappingEntry => ({ column: name, path: `$['${name}']`, transform: undefined });

/** `$.a['b c'][0]` */
export function pathSteps(path: string): string[] {
  const steps = [...path.matchAll(/\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/g)];
  return steps.map(([, dotted, single, double, index]) => (dotted ?? single ?? double ?? index)!);
}

const unixMs: Readonly<Record<string, number>> = {
  DateTimeFromUnixSeconds: 1000,
  DateTimeFromUnixMilliseconds: 1,
  DateTimeFromUnixMicroseconds: 1e-3,
  DateTimeFromUnixNanoseconds: 1e-6,
};

function transformed(value: unknown, transform: string | undefined): unknown {
  const factor = transform === undefined ? undefined : unixMs[transform];
  if (factor === undefined) return value;
  return typeof value === 'number' ? new Date(value * factor).toISOString() : undefined;
}
