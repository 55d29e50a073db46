/** Compares what was measured with what the application entered in its own books. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from '../../src/core/row.ts';
import { decodePart, rowsOf } from '../../src/parts/part-codec.ts';
import type { BookEntry, Operation } from './books.ts';

export interface Mismatch {
  readonly service: string;
  readonly operation: Operation;
  readonly originService: string;
  readonly origin: string;
  readonly tenant: string;
  /** By the application's books. */
  readonly counted: number;
  /** By the rows of the parts. */
  readonly measured: number;
}

const OPERATION_OF: Readonly<Record<string, Operation>> = {
  'db.client.operation.duration': 'query',
  'http.client.request.duration': 'call',
  'http.server.request.duration': 'request',
};

/** All rows of the part files below `directory`, of every service that wrote there. */
export async function readRows(directory: string): Promise<Row[]> {
  const rows: Row[] = [];
  const folder = join(directory, 'local');
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json.zst')) continue;
    rows.push(...rowsOf(await decodePart(await readFile(join(folder, name)), name)));
  }
  return rows;
}

/** Every origin of either side is compared, so neither a lost nor an invented operation passes. */
export function compare(
  books: readonly BookEntry[],
  rows: readonly Row[],
): { operations: number; mismatches: Mismatch[] } {
  const cells = new Map<string, { counted: number; measured: number }>();
  const cell = (service: string, operation: Operation, originService: string, origin: string, tenant: string) => {
    const key = JSON.stringify([service, operation, originService, origin, tenant]);
    let found = cells.get(key);
    if (found === undefined) {
      found = { counted: 0, measured: 0 };
      cells.set(key, found);
    }
    return found;
  };
  for (const b of books) cell(b.service, b.operation, b.originService, b.origin, b.tenant).counted += b.n;
  for (const row of rows) {
    const operation = OPERATION_OF[row.event];
    if (operation === undefined) continue;
    const tenant = row.attributes === '' ? '' : String(JSON.parse(row.attributes).tenant ?? '');
    cell(row.service, operation, row.originService, row.origin, tenant).measured += row.count;
  }
  let operations = 0;
  const mismatches: Mismatch[] = [];
  for (const [key, { counted, measured }] of cells) {
    operations += counted;
    if (counted === measured) continue;
    const [service, operation, originService, origin, tenant] = JSON.parse(key);
    mismatches.push({ service, operation, originService, origin, tenant, counted, measured });
  }
  return { operations, mismatches };
}
