/** Parts of every version, as files that were written once and are read for ever. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { PART_VERSION } from '../../../src/core/part-columns.ts';
import type { Row } from '../../../src/core/row.ts';
import { decodePart, rowsOf } from '../../../src/parts/part-codec.ts';
import { goldenPart } from '../../golden/part.ts';

const folder = path.resolve(import.meta.dirname, '../../golden');
const fileOf = (version: number): Buffer => readFileSync(path.join(folder, `part-v${version}.json.zst`));
const versions = Array.from({ length: PART_VERSION }, (_, i) => i + 1);
const expected: readonly Row[] = JSON.parse(readFileSync(path.join(folder, 'part-rows.json'), 'utf8'));

test.each(versions)('version %i: every field of every row', async (version) => {
  const columns = await decodePart(fileOf(version));
  const { v, instance, package: release, mapping, final, n } = columns;
  expect({ v, instance, release, mapping, final, n }).toEqual({
    v: version,
    instance: '0b9f2c7e-6a53-4c0f-9d6e-1f2a3b4c5d6e',
    release: '0.1.0',
    mapping: '9c1185a5c5e9fc54',
    final: true,
    n: expected.length,
  });
  expect([...rowsOf(columns)]).toStrictEqual(expected);
});

test('the writer still makes the newest of them', () => {
  expect(goldenPart().json.join('')).toBe(zlib.zstdDecompressSync(fileOf(PART_VERSION)).toString());
});
