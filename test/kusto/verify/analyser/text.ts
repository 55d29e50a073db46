import type { KustoColumn } from '../../../../src/kusto/names.ts';

/** One query or command as it is sent, or stored. */
export interface Text {
  /** Where it is from, such as `report load` or `dashboards/adx.json, query 3`. */
  readonly source: string;
  readonly text: string;
  /** What it must return, by name and type. */
  readonly columns?: readonly KustoColumn[];
  /** The order of columns says nothing. */
  readonly anyOrder?: boolean;
  /** Names that the host of the query declares: parameters of a dashboard. */
  readonly variables?: readonly KustoColumn[];
}
