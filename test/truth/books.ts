/** The rows an application left behind, read from its directory as any reader would. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS_TARGET } from '../../src/core/model.ts';
import type { Row } from '../../src/core/row.ts';
import { decodePartSync, rowsOf } from '../../src/parts/part-codec.ts';
import type { Count } from './tally.ts';

export function readRows(directory: string): Row[] {
  const local = join(directory, 'local');
  if (!existsSync(local)) return [];
  const files = readdirSync(local).filter((name) => name.endsWith('.json.zst'));
  return files.flatMap((name) => [...rowsOf(decodePartSync(readFileSync(join(local, name)), name))]);
}

export interface TargetPattern {
  /** Name of the target in the tally. */
  readonly name: string;
  readonly event: string;
  readonly matches: (target: string) => boolean;
  /** Compares the sum of the values (messages, tokens) instead of the number of measurements. */
  readonly sum?: boolean;
}

/** Events that count operations. Sizes, tokens and messages describe the same operations once more. */
const OPERATIONS = /\.duration$/;
export const UNCLAIMED = '(unclaimed)';

/** Row attributes are part of who it was; those of a sum (`gen_ai.token.type`) say what it was. */
function originOf(row: Row, pattern: TargetPattern): string {
  return row.attributes === '' || pattern.sum === true ? row.origin : `${row.origin} ${row.attributes}`;
}

/** Rows as counts, named by the first pattern that fits; operations on a target nobody expects are `(unclaimed)`. */
export function countsOf(rows: readonly Row[], patterns: readonly TargetPattern[]): Count[] {
  const counts: Count[] = [];
  for (const row of rows) {
    if (row.target === ACCOUNTS_TARGET) continue;
    const pattern = patterns.find((p) => p.event === row.event && p.matches(row.target));
    if (pattern === undefined && !OPERATIONS.test(row.event)) continue;
    counts.push({
      target: pattern?.name ?? UNCLAIMED,
      cause: {
        service: row.service,
        originService: row.originService,
        origin: pattern === undefined ? `${row.origin} → ${row.event} ${row.target}` : originOf(row, pattern),
      },
      operations: pattern?.sum === true ? row.value : row.samples,
    });
  }
  return counts;
}
