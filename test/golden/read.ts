import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PART_VERSION } from '../../src/core/part-columns.ts';
import type { Row } from '../../src/core/row.ts';

/** Every version of the part format there has been. */
export const versions = Array.from({ length: PART_VERSION }, (_, i) => i + 1);

export function goldenFile(version: number): Buffer {
  return readFileSync(path.join(import.meta.dirname, `part-v${version}.json.zst`));
}

/** What each of these files holds. */
export function goldenRows(): Row[] {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, 'part-rows.json'), 'utf8'));
}
