/** Parts of every version, as files that were written once and are read for ever. */
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { PART_VERSION } from '../../../src/core/part-columns.ts';
import { decodePart, rowsOf } from '../../../src/parts/part-codec.ts';
import { goldenPart } from '../../golden/part.ts';
import { goldenFile, goldenRows, versions } from '../../golden/read.ts';

test.each(versions)('version %i: every field of every row', async (version) => {
  const columns = await decodePart(goldenFile(version));
  const { v, lane, instance, package: release, mapping, final, n } = columns;
  expect({ v, lane, instance, release, mapping, final, n }).toEqual({
    v: version,
    lane: version === 1 ? undefined : 'sum',
    instance: '0b9f2c7e-6a53-4c0f-9d6e-1f2a3b4c5d6e',
    release: '0.1.0',
    mapping: '9c1185a5c5e9fc54',
    final: true,
    n: goldenRows().length,
  });
  expect([...rowsOf(columns)]).toStrictEqual(goldenRows());
});

test('the writer still makes the newest of them', () => {
  expect(goldenPart().json.join('')).toBe(zlib.zstdDecompressSync(goldenFile(PART_VERSION)).toString());
});
