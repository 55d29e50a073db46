import type { FunctionParameter } from '../../kusto/stored-function.ts';

/** What a report's stored function computes from the parameters that only it has, before its query: `bind` in KQL. */
export interface Prelude {
  readonly parameters: readonly FunctionParameter[];
  /** Statements. */
  readonly lets: string;
  /** The coarsest sums that can answer, a timespan. Default: an hour. */
  readonly grain?: string;
}
