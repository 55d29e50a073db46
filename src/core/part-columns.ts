import { columnsMerged, type RowColumn, type ValueOf } from './row.ts';
import type { ColumnDefinition, laneColumns, SumColumns } from './row-columns.ts';

/** Version of the part format written by this package; readers take any version up to their own. */
export const PART_VERSION = 2;

/** Names in the JSON of a part of the columns that stand in one place. */
type NameIn<Place> = {
  [K in keyof SumColumns]: SumColumns[K]['place'] extends Place ? SumColumns[K]['json'] : never;
}[keyof SumColumns];

type ColumnNamed<Json> = Extract<SumColumns[keyof SumColumns], { json: Json }>;

/** In each row of a part: strings are indices into `strs`. */
type CellOf<C extends ColumnDefinition> = C extends { type: 'string' } ? number : ValueOf<C>;

/** What a part says once for all its rows. */
export type PartCells = { readonly [Json in NameIn<'part'>]: ValueOf<ColumnNamed<Json>> };

/** What a part says of each row: arrays of `n` values. */
export type RowCells = { readonly [Json in NameIn<'row'>]: readonly CellOf<ColumnNamed<Json>>[] };

/**
 * The body of a part: one JSON object of columns, all of length `n`. String columns hold indices into `strs`.
 * On disk and on the wire it is one zstd frame (level 1, with content checksum), file name `<instance>-<sequence>.json.zst`.
 */
export interface PartColumns extends PartCells, RowCells {
  readonly v: number;
  /** What its rows are. Absent in version 1, which knew sums alone. */
  readonly lane?: keyof typeof laneColumns;
  /** Random UUID of one run of one process. */
  readonly instance: string;
  /**
   * When that run began to record, in milliseconds since the Unix epoch: with `sealedAt` of its latest part it says what time the books
   * cover. Parts of older releases do not say it.
   */
  readonly startedAt?: number;
  /** Version of the package that sealed it. */
  readonly package: string;
  /** Hash of the mapping (rules and presets) in force. */
  readonly mapping: string;
  /** True in the last part an instance seals before it ends in an orderly way. */
  readonly final?: boolean;
  readonly n: number;
  readonly strs: readonly string[];
}

export type PartCell = RowColumn & { readonly json: keyof PartCells };
export type RowCell = RowColumn & { readonly json: keyof RowCells };

export const isPartCell = (column: RowColumn): column is PartCell => column.place === 'part';
export const isRowCell = (column: RowColumn): column is RowCell => column.place === 'row';

/** The columns that differ from row to row, in the order of the JSON. */
export const rowCells: readonly RowCell[] = columnsMerged('bin', 'key', 'sum', 'min', 'max', 'exemplar').filter(
  isRowCell,
);
