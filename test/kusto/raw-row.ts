import { type Row, sumLane } from '../../src/core/row.ts';

export type RawValue = string | number | null;

/** A row as ingestion puts it into the raw table, in the order of its columns; datetimes in milliseconds since the Unix epoch. */
export function rawRow(row: Row): RawValue[] {
  return sumLane.map(({ name }) => {
    const value = row[name];
    return typeof value === 'string' ? value.toWellFormed() : value;
  });
}
