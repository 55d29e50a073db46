import { localStore } from './duckdb/kind.ts';
import type { StoreKind } from './kind.ts';
import { kustoStore } from './kusto/kind.ts';

/** In the order of the help; the first is what is asked unless another is named. One folder and one line per store. */
export const stores: readonly [StoreKind, ...StoreKind[]] = [localStore, kustoStore];
