import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '../../src/core/model.ts';
import { PART_VERSION, type PartColumns, type RowCell, type RowCells, rowCells } from '../../src/core/part-columns.ts';
import type { Row } from '../../src/core/row.ts';
import { encodePartSync } from '../../src/parts/part-codec.ts';

export type TestRow = Omit<Row, 'partId' | 'row' | 'sealedAt' | 'windowSeconds'>;

export interface TestPart {
  readonly instance: string;
  readonly sequence: number;
  readonly sealedAt: number;
  readonly startedAt?: number;
  readonly rows: readonly TestRow[];
  readonly final?: boolean;
  readonly windowSeconds?: number;
  readonly package?: string;
  readonly mapping?: string;
}

/** A row with defaults, for tables of cases. */
export function testRow(row: Partial<TestRow> & { readonly windowStart: number }): TestRow {
  return {
    service: 'storefront',
    originService: row.service ?? 'storefront',
    origin: 'GET /search',
    target: 'postgresql://shop-db/shop',
    event: 'db.client.operation.duration',
    unit: 's',
    value: 1,
    count: 1,
    samples: 1,
    min: 1,
    max: 1,
    exemplarTraceId: '',
    attributes: '',
    ...row,
  };
}

/** The columns of a part, built the plain way. */
export function columnsOf(part: TestPart): PartColumns {
  const index = new Map<string, number>();
  const ref = (text: string): number => {
    if (!index.has(text)) index.set(text, index.size);
    return index.get(text)!;
  };
  const cellsOf = ({ name }: RowCell) =>
    part.rows.map((row) => {
      const value = row[name as keyof TestRow];
      return typeof value === 'string' ? ref(value) : value;
    });
  const cells = Object.fromEntries(rowCells.map((column) => [column.json, cellsOf(column)])) as unknown as RowCells;
  return {
    v: PART_VERSION,
    lane: 'sum',
    part: `${part.instance}-${part.sequence}`,
    sealedAt: part.sealedAt,
    instance: part.instance,
    ...(part.startedAt === undefined ? {} : { startedAt: part.startedAt }),
    package: part.package ?? '0.1.0',
    mapping: part.mapping ?? 'm1',
    ...(part.final === true ? { final: true } : {}),
    n: part.rows.length,
    wsec: part.windowSeconds ?? 60,
    ...cells,
    strs: [...index.keys()],
  };
}

export function testPart(part: TestPart): Part {
  const columns = columnsOf(part);
  const json = [JSON.stringify(columns)];
  return encodePartSync({ id: columns.part, sequence: part.sequence, rows: columns.n, sealedAt: part.sealedAt, json });
}

/** Writes a part as the file exporter does: complete under its name, or not there. */
export function writePart(directory: string, part: TestPart): string {
  const inbox = join(directory, 'local');
  mkdirSync(inbox, { recursive: true });
  const encoded = testPart(part);
  const path = join(inbox, `${encoded.id}.json.zst`);
  writeFileSync(`${path}.tmp`, encoded.body);
  renameSync(`${path}.tmp`, path);
  return path;
}
