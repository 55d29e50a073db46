import { AttributionError } from '../../core/errors.ts';

export type DuckDB = typeof import('@duckdb/node-api');

let loading: Promise<DuckDB> | undefined;

/** DuckDB is 70 MB and only the reader needs it: an optional peer, loaded on first use. Throws `ATTR_PEER_MISSING`. */
export function loadDuckDB(load: () => Promise<DuckDB> = () => import('@duckdb/node-api')): Promise<DuckDB> {
  loading ??= load().catch((cause: unknown) => {
    loading = undefined;
    throw peerError(cause);
  });
  return loading;
}

function peerError(cause: unknown): AttributionError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const absent =
    (cause as { code?: unknown } | undefined)?.code === 'ERR_MODULE_NOT_FOUND' && detail.includes('node-api');
  const found = absent
    ? 'The local store needs DuckDB, which is not installed.'
    : `The local store needs DuckDB, which did not load: ${detail.split('\n')[0]}.`;
  return new AttributionError('ATTR_PEER_MISSING', `${found} Run: npm i @duckdb/node-api`, { cause });
}
