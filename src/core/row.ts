/** What derives from the columns of a row: its type, and lists of columns. */
import { type ColumnDefinition, laneColumns, type MergeRule, type SumColumns } from './row-columns.ts';

/** The values of a column in code. */
export type ValueOf<C extends ColumnDefinition> = C extends { type: 'string' }
  ? string
  : C extends { nullable: true }
    ? number | null
    : number;

/** One aggregated row as every store shows it. Times are milliseconds since the Unix epoch. */
export type Row = { readonly [Name in keyof SumColumns]: ValueOf<SumColumns[Name]> };

export interface RowColumn extends ColumnDefinition {
  readonly name: keyof Row;
}

/** The columns of the lane `sum`, in the order of the stores' tables. */
export const sumLane: readonly RowColumn[] = Object.entries(laneColumns.sum).map(([name, column]) => ({
  name: name as keyof Row,
  ...column,
}));

/** Those with the first rule, then those with the next one. */
export function columnsMerged(...rules: readonly MergeRule[]): RowColumn[] {
  return rules.flatMap((rule) => sumLane.filter(({ merge }) => merge === rule));
}
