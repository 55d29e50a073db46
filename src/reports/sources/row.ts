import { type Columns, flag, integer, text, time } from '../columns.ts';

export type SourcesRow = {
  readonly service: string;
  readonly instance: string;
  readonly package: string;
  readonly mapping: string;
  /** Ms since the Unix epoch. */
  readonly firstSealed: number;
  readonly lastSealed: number;
  /** Since the range began: those that were sealed after its end may hold rows of it. */
  readonly parts: number;
  readonly rows: number;
  /** Parts of this instance that should be in the store and are not. */
  readonly partsMissing: number;
  /** True when the instance sealed its final part. */
  readonly ended: boolean;
};

export const sourcesColumns: Columns<SourcesRow> = {
  service: text,
  instance: text,
  package: text,
  mapping: text,
  firstSealed: time,
  lastSealed: time,
  parts: integer('{part}'),
  rows: integer('{row}'),
  partsMissing: integer('{part}'),
  ended: flag,
};
