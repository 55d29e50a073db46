/** What the reports and commands need of a Kusto database. The implementation is `openKusto` in exporters/kusto. */
import type { KqlParameters } from '../core/contracts/store.ts';
import type { KustoType } from './names.ts';

export interface KustoResult {
  readonly columns: readonly { readonly name: string; readonly type: KustoType }[];
  /** Datetimes and timespans as milliseconds (numbers), long and real as numbers, dynamic as parsed JSON. */
  readonly rows: readonly (readonly unknown[])[];
}

export interface KustoCallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface KustoClient {
  /** Without secrets: may be shown. */
  readonly cluster: string;
  readonly database: string;
  /** Runs a query; `declare query_parameters(…)` for `parameters` is put in front of `text`. */
  query(text: string, parameters?: KqlParameters, options?: KustoCallOptions): Promise<KustoResult>;
  /** Runs a control command (its text begins with a dot). */
  command(text: string, options?: KustoCallOptions): Promise<KustoResult>;
  close(): Promise<void>;
}
