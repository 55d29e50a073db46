import type { SealedPart } from '../../../src/core/aggregate/seal.ts';
import type { Part } from '../../../src/core/model.ts';
import type { PartColumns } from '../../../src/core/part-columns.ts';
import { encodePartSync } from '../../../src/parts/part-codec.ts';
import { columnsOf, type TestRow, testRow } from '../../helpers/parts.ts';

export const INSTANCE = '0b9f2c7e-6a53-4c0f-9d6e-1f2a3b4c5d6e';

export interface SampleRow {
  origin?: string;
  target?: string;
  event?: string;
  unit?: string;
  service?: string;
  attributes?: string;
  windowStart?: number;
  value?: number;
  count?: number;
  samples?: number;
  min?: number | null;
  max?: number | null;
  exemplar?: string;
}

export interface PartOptions {
  instance?: string;
  sequence?: number;
  sealedAt?: number;
  final?: boolean;
}

/** Columns with defaults, for tables of cases. */
export function makeColumns(rows: readonly SampleRow[], options: PartOptions = {}): PartColumns {
  const { instance = INSTANCE, sequence = 1, sealedAt = 1_700_000_060_000, final = false } = options;
  return columnsOf({ instance, sequence, sealedAt, final, mapping: 'abc123', rows: rows.map(fullRow) });
}

function fullRow({ exemplar = '', service = 'shop', value = 1, ...row }: SampleRow): TestRow {
  return testRow({
    windowStart: 1_700_000_040_000,
    service,
    target: 'postgresql://db/shop',
    value,
    min: value,
    max: value,
    exemplarTraceId: exemplar,
    ...row,
  });
}

export function makeSealed(rows: readonly SampleRow[], options: PartOptions = {}): SealedPart {
  const columns = makeColumns(rows, options);
  const json = JSON.stringify(columns);
  const half = Math.floor(json.length / 2);
  return {
    id: columns.part,
    sequence: options.sequence ?? 1,
    rows: rows.length,
    sealedAt: columns.sealedAt,
    json: [json.slice(0, half), json.slice(half)],
  };
}

export function makePart(rows: readonly SampleRow[] = [{}], options: PartOptions = {}): Part {
  return encodePartSync(makeSealed(rows, options));
}
