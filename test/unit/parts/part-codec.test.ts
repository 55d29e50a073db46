import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/row.ts';
import {
  decodePart,
  decodePartSync,
  encodePart,
  encodePartSync,
  partFromBytes,
  rowsOf,
} from '../../../src/parts/part-codec.ts';
import { INSTANCE, makeColumns, makePart, makeSealed } from './make-part.ts';

const checksum = { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } };
const frame = (value: unknown): Buffer =>
  zlib.zstdCompressSync(typeof value === 'string' ? value : JSON.stringify(value), checksum);

describe('round trip', () => {
  test('what is encoded, either way, is decoded, either way', async () => {
    const sealed = makeSealed(
      [
        { value: 0.1 + 0.2, min: null, max: null, samples: 0 },
        { origin: 'b', exemplar: 'f'.repeat(32) },
      ],
      { sequence: 12 },
    );
    const expected = JSON.parse(sealed.json.join(''));
    for (const part of [await encodePart(sealed), encodePartSync(sealed)]) {
      expect(part).toMatchObject({ id: `${INSTANCE}-12`, instance: INSTANCE, sequence: 12, rows: 2 });
      expect(await decodePart(part.body)).toEqual(expected);
      expect(decodePartSync(part.body)).toEqual(expected);
      expect(await partFromBytes(part.body)).toEqual(part);
    }
  });

  test('a part holds no more memory than it has bytes: many small ones are kept, and sent from thread to thread', async () => {
    const sealed = makeSealed([{ origin: 'a' }]);
    for (const { body } of [await encodePart(sealed), encodePartSync(sealed)]) {
      expect(body.buffer.byteLength).toBe(body.length);
    }
  });

  test('any strings and finite numbers survive exactly', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const row = fc.record({
      origin: text,
      target: text,
      attributes: text,
      service: text,
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const decoded: Row[] = [...rowsOf(await decodePart((await encodePart(makeSealed(rows))).body))];
        expect(
          decoded.map(({ origin, target, attributes, service, value }) => ({
            origin,
            target,
            attributes,
            service,
            value: value + 0,
          })),
        ).toEqual(rows.map((r) => ({ ...r, value: r.value + 0 })));
        expect(decoded.map((r) => r.row)).toEqual(rows.map((_, i) => i));
      }),
      { numRuns: 100 },
    );
  });

  test('a large part with lone surrogates', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ origin: `GET /r${i}\ud800`, value: i / 1024 }));
    const sealed = makeSealed(rows);
    const decoded = [...rowsOf(await decodePart((await encodePart(sealed)).body))];
    expect(decoded[9_999]).toMatchObject({ origin: 'GET /r9999\ud800', value: 9_999 / 1024, row: 9_999 });
  });
});

describe('damage', () => {
  /** Every flip must be found or change nothing. */
  async function flip(body: Uint8Array, bit: number, expected: unknown): Promise<'found' | 'same'> {
    const damaged = Uint8Array.from(body);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    try {
      expect(await decodePart(damaged)).toEqual(expected);
      return 'same';
    } catch (error) {
      expect(error).toMatchObject({ code: 'ATTR_PART_CORRUPT' });
      return 'found';
    }
  }

  test('each single flipped bit of a small part is found or harmless', async () => {
    const { body } = makePart([{ origin: 'a' }, { origin: 'b', value: 2.5 }]);
    const expected = await decodePart(body);
    let found = 0;
    for (let bit = 0; bit < body.length * 8; bit++) if ((await flip(body, bit, expected)) === 'found') found++;
    expect(found).toBeGreaterThan(body.length * 7);
  });

  test('random flips of a larger part are found or harmless', async () => {
    const { body } = makePart(Array.from({ length: 500 }, (_, i) => ({ origin: `o${i * 7919}`, value: Math.sqrt(i) })));
    const expected = await decodePart(body);
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length * 8 - 1), async (bit) => void (await flip(body, bit, expected))),
      { numRuns: 300 },
    );
  });

  test('a part cut anywhere is found', async () => {
    const { body } = makePart([{ origin: 'a' }]);
    for (let length = 0; length < body.length; length++) {
      await expect(decodePart(body.subarray(0, length))).rejects.toMatchObject({ code: 'ATTR_PART_CORRUPT' });
    }
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a part at all')],
    ['gzip', zlib.gzipSync(JSON.stringify(makeColumns([{}])))],
    ['a frame without checksum', zlib.zstdCompressSync(JSON.stringify(makeColumns([{}])))],
    ['no JSON', frame('{"v":1,')],
    ['a bomb', zlib.zstdCompressSync(Buffer.alloc(65 * 1024 * 1024), checksum)],
  ])('%s', async (_, bytes) => {
    await expect(decodePart(bytes, 'x.json.zst')).rejects.toMatchObject({
      code: 'ATTR_PART_CORRUPT',
      message: /x\.json\.zst/,
    });
    expect(() => decodePartSync(bytes)).toThrow(expect.objectContaining({ code: 'ATTR_PART_CORRUPT' }));
  });
});

describe('validation', () => {
  const good = makeColumns([{}, { origin: 'b' }]);
  test.each<[string, unknown, RegExp]>([
    ['null', null, /not a JSON object/],
    ['array', [], /not a JSON object/],
    ['version 0', { ...good, v: 0 }, /version v is 0/],
    ['version text', { ...good, v: '1' }, /version v is "1"/],
    ['lane missing', { ...good, lane: undefined }, /lane is missing/],
    ['lane 7', { ...good, lane: 7 }, /lane is 7/],
    ['id of another instance', { ...good, part: 'x-1' }, /is not <instance>-<sequence>/],
    ['id without sequence', { ...good, part: `${INSTANCE}-` }, /is not <instance>/],
    ['id with a path', { ...good, part: `${INSTANCE}-1/../../x` }, /is not <instance>/],
    ['instance missing', { ...good, instance: undefined }, /instance is missing/],
    ['sealedAt text', { ...good, sealedAt: 'now' }, /sealedAt is "now"/],
    ['wsec 0', { ...good, wsec: 0 }, /wsec is 0/],
    ['n negative', { ...good, n: -1 }, /n is -1/],
    ['n too large', { ...good, n: 3 }, /has 2 values where n is 3/],
    ['final text', { ...good, final: 'yes' }, /final is "yes"/],
    ['strs no array', { ...good, strs: {} }, /strs is not an array/],
    ['a number among strs', { ...good, strs: [...good.strs, 7] }, /strs\[\d\] is 7/],
    ['column missing', { ...good, origin: undefined }, /origin is not an array/],
    ['column short', { ...good, value: [1] }, /value has 1 values/],
    ['index out of range', { ...good, unit: [0, 99] }, /unit\[1\] is 99, no index/],
    ['index negative', { ...good, unit: [0, -1] }, /unit\[1\] is -1/],
    ['index with a fraction', { ...good, exemplar: [0.5, 0] }, /exemplar\[0\] is 0.5/],
    ['value null', { ...good, value: [null, 1] }, /value\[0\] is null/],
    ['value text', { ...good, value: ['1', 1] }, /value\[0\] is "1"/],
    ['count negative', { ...good, count: [1, -1] }, /count\[1\] is -1/],
    ['samples with a fraction', { ...good, samples: [1, 0.5] }, /samples\[1\] is 0.5/],
    ['min text', { ...good, min: ['a', 1] }, /min\[0\] is "a"/],
    ['window with a fraction', { ...good, ws: [0.5, 0] }, /ws\[0\] is 0.5/],
  ])('%s', async (_, value, message) => {
    await expect(decodePart(frame(value))).rejects.toMatchObject({ code: 'ATTR_PART_CORRUPT', message });
  });

  test('a value beyond the doubles is no number', async () => {
    const json = JSON.stringify(good).replace('"value":[1,1]', '"value":[1e999,1]');
    await expect(decodePart(frame(json))).rejects.toMatchObject({ code: 'ATTR_PART_CORRUPT', message: /value\[0\]/ });
  });

  test('a newer version is refused as such, whatever else it holds', async () => {
    await expect(decodePart(frame({ v: 3 }), 'p')).rejects.toMatchObject({
      code: 'ATTR_PART_VERSION',
      message: /version 3.*reads up to 2.*Update/,
    });
  });

  test.each(['level', 'event', 'toString', ''])('so is the lane %j', async (lane) => {
    await expect(decodePart(frame({ v: 2, lane }), 'p')).rejects.toMatchObject({
      code: 'ATTR_PART_VERSION',
      message: `p has rows of the lane ${JSON.stringify(lane)}; this release reads the lane sum. Update otel-attribution; the part stays where it is.`,
    });
  });

  test('version 1 has no lane: its rows are sums', async () => {
    const { lane: _, ...old } = good;
    expect([...rowsOf(await decodePart(frame({ ...old, v: 1 })))]).toEqual([...rowsOf(good)]);
  });

  test('fields of a later release are ignored', async () => {
    expect((await decodePart(frame({ ...good, later: [1] }))).n).toBe(2);
  });
});
