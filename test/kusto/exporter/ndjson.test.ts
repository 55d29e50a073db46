import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../src/core/errors.ts';
import type { PartColumns } from '../../../src/core/part-columns.ts';
import { type Row, sumLane } from '../../../src/core/row.ts';
import { ndjson } from '../../../src/exporters/kusto/ndjson.ts';
import { compress, spread } from '../../../src/exporters/kusto/upload.ts';
import { rowColumns } from '../../../src/kusto/names.ts';
import { decodePart } from '../../../src/parts/part-codec.ts';
import { goldenFile, goldenRows, versions } from '../../golden/read.ts';
import { makeColumns, type SampleRow } from '../../unit/parts/make-part.ts';

type Line = Readonly<Record<string, unknown>>;

const linesOf = (bytes: Buffer): Line[] =>
  bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('every row has every column, and the header comes last', () => {
  const columns = makeColumns([{ origin: 'a' }, { origin: 'b', min: null, max: null }], { sequence: 7, final: true });
  const lines = linesOf(ndjson(columns));
  expect(lines).toHaveLength(3);
  const names = rowColumns.map(({ name }) => name).sort();
  for (const line of lines) expect(Object.keys(line).sort()).toEqual(names);
  expect(lines[1]).toMatchObject({
    PartId: columns.part,
    Row: 1,
    SealedAt: '2023-11-14T22:14:20.000Z',
    WindowStart: '2023-11-14T22:14:00.000Z',
    WindowSeconds: 60,
    Origin: 'b',
    Min: null,
    Max: null,
  });
  const header = lines[2]!;
  expect(header).toMatchObject({
    PartId: columns.part,
    Row: -1,
    WindowStart: '2023-11-14T22:14:00.000Z',
    Target: 'otel-attribution',
    Event: 'attribution.part',
    Unit: '{row}',
    Value: 2,
    Count: 0,
    Samples: 0,
    Service: '',
    Origin: '',
  });
  expect(header.Attributes).toBe(
    JSON.stringify({
      final: true,
      instance: columns.instance,
      mapping: columns.mapping,
      package: '0.1.0',
      sequence: 7,
      services: ['shop'],
      // This part does not say when its instance began: with its first window, then.
      started: 1_700_000_040_000,
    }),
  );
});

test.each(versions)('a part of version %i: every column of every row', async (version) => {
  const lines = linesOf(ndjson(await decodePart(goldenFile(version))));
  const sent = ({ name, type }: (typeof sumLane)[number], row: Row): unknown => {
    const cell = row[name];
    if (type === 'time') return new Date(cell as number).toISOString();
    return typeof cell === 'string' ? cell.toWellFormed() : cell;
  };
  expect(lines.slice(0, -1)).toEqual(
    goldenRows().map((row) => Object.fromEntries(sumLane.map((column) => [column.kusto, sent(column, row)]))),
  );
});

test('an empty part is its header', () => {
  const lines = linesOf(ndjson(makeColumns([], { final: true })));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ Row: -1, Value: 0 });
});

test('numbers survive: each reads back as the same double', () => {
  const values = [-0, 0.1, 1e308, 5e-324, 2 ** 53, -1.5, 1 / 3, 123_456_789.123];
  const lines = linesOf(ndjson(makeColumns(values.map((value) => ({ value, count: 2 ** 53, samples: 2 ** 53 })))));
  for (const [i, value] of values.entries()) {
    expect(Object.is(lines[i]!.Value, value), String(value)).toBe(true);
    expect(lines[i]!.Samples).toBe(2 ** 53);
  }
});

test('text survives; half a surrogate pair becomes U+FFFD', () => {
  const texts = ['\0', 'a\nb\r\n', '"},{"x":"', '\\', '\u2028', '🦄', '\ud800', 'x\udfff'];
  const bytes = ndjson(makeColumns(texts.map((origin) => ({ origin }))));
  expect(
    linesOf(bytes)
      .slice(0, -1)
      .map(({ Origin }) => Origin),
  ).toEqual(texts.map((text) => text.toWellFormed()));
  expect(bytes.toString()).not.toContain('\r');
});

describe('what the table cannot hold is refused, by name', () => {
  const refused: [string, SampleRow[], Partial<PartColumns>, RegExp][] = [
    ['a 5 MB string', [{}, { target: 'x'.repeat(5_000_000) }], {}, /row 1, column Target: a string longer than 1 MiB/],
    ['many bytes in few characters', [{ origin: '漢'.repeat(400_000) }], {}, /row 0, column Origin/],
    ['a long attribute', [{ attributes: 'y'.repeat(1_048_577) }], {}, /column Attributes/],
    ['a time without a date', [{ windowStart: 8.64e15 }], {}, /column WindowStart/],
    ['samples beyond 64 bits', [{ samples: 2 ** 63 }], {}, /column Samples/],
    ['a width in parts of seconds', [{}], { wsec: 0.5 }, /width/],
    ['a time of sealing far away', [{}], { sealedAt: 9e15 }, /SealedAt/],
  ];
  test.each(refused)('%s', (_, rows, change, message) => {
    const columns = { ...makeColumns(rows), ...change };
    expect(() => ndjson(columns)).toThrow(PermanentError);
    expect(() => ndjson(columns)).toThrow(message);
    expect(() => ndjson(columns)).toThrow(columns.part);
  });

  test('exactly 1 MiB is fine', () => {
    expect(() => ndjson(makeColumns([{ origin: 'x'.repeat(1_048_576) }]))).not.toThrow();
  });
});

test('compressed exactly once', () => {
  const bytes = ndjson(makeColumns([{}, {}]));
  const gzip = compress({ bytes: [bytes, bytes], rawBytes: bytes.length * 2 });
  const plain = gunzipSync(gzip);
  expect(plain.equals(Buffer.concat([bytes, bytes]))).toBe(true);
  expect(plain[0]).toBe('{'.charCodeAt(0));
});

test('a large part is spread over whole lines, the header at the end', () => {
  const bytes = ndjson(makeColumns(Array.from({ length: 500 }, (_, i) => ({ origin: `o${i}` }))));
  const pieces = spread(bytes, 20_000);
  expect(pieces.length).toBeGreaterThan(5);
  for (const {
    bytes: [piece],
    rawBytes,
  } of pieces) {
    expect(rawBytes).toBeLessThanOrEqual(20_000);
    expect(piece!.length).toBe(rawBytes);
    expect(piece!.at(-1)).toBe(0x0a);
  }
  expect(Buffer.concat(pieces.flatMap((piece) => piece.bytes)).equals(bytes)).toBe(true);
  expect(linesOf(pieces.at(-1)!.bytes[0]!).at(-1)!.Row).toBe(-1);
  expect(() => spread(bytes, 100)).toThrow(/mode: queued/);
});
