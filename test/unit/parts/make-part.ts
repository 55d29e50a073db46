import type { SealedPart } from '../../../src/core/aggregate/seal.ts';
import type { Part } from '../../../src/core/model.ts';
import { PART_VERSION, type PartColumns } from '../../../src/core/part-columns.ts';
import { encodePartSync } from '../../../src/parts/part-codec.ts';

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

/** The columns of a part, built the plain way. */
export function makeColumns(rows: readonly SampleRow[], options: PartOptions = {}): PartColumns {
  const { instance = INSTANCE, sequence = 1, sealedAt = 1_700_000_060_000, final } = options;
  const index = new Map<string, number>();
  const id = (text: string): number => {
    if (!index.has(text)) index.set(text, index.size);
    return index.get(text)!;
  };
  const strings = (read: (row: SampleRow) => string) => rows.map((row) => id(read(row)));
  const columns = {
    ws: rows.map((row) => row.windowStart ?? 1_700_000_040_000),
    service: strings((row) => row.service ?? 'shop'),
    originService: strings((row) => row.service ?? 'shop'),
    origin: strings((row) => row.origin ?? 'GET /search'),
    target: strings((row) => row.target ?? 'postgresql://db/shop'),
    event: strings((row) => row.event ?? 'db.client.operation.duration'),
    unit: strings((row) => row.unit ?? 's'),
    attributes: strings((row) => row.attributes ?? ''),
    value: rows.map((row) => row.value ?? 1),
    count: rows.map((row) => row.count ?? 1),
    samples: rows.map((row) => row.samples ?? 1),
    min: rows.map((row) => (row.min === undefined ? (row.value ?? 1) : row.min)),
    max: rows.map((row) => (row.max === undefined ? (row.value ?? 1) : row.max)),
    exemplar: strings((row) => row.exemplar ?? ''),
  };
  return {
    v: PART_VERSION,
    part: `${instance}-${sequence}`,
    sealedAt,
    instance,
    package: '0.1.0',
    mapping: 'abc123',
    ...(final && { final }),
    n: rows.length,
    strs: [...index.keys()],
    wsec: 60,
    ...columns,
  };
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
