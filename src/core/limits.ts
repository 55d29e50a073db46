/**
 * Every bound of the engine in one place. Reaching one is counted in the accounts and tested.
 * Sizes are in the unit the name ends with.
 */
export const limits = {
  /** Longest origin, target, event, unit or attribute value; longer strings are cut and counted. */
  nameChars: 512,
  /** Row attributes per row; more are dropped and counted. */
  rowAttributes: 16,
  /** Rows in one part; a rotation seals as many parts as it needs. */
  partRows: 10_000,
  /** Uncompressed JSON of one part. */
  partBytes: 3 * 1024 * 1024,
  /** Rows of the live table; when reached the table rotates early, at no loss. */
  tableRows: 1_000_000,
  /** Windows one duration is spread over; what is older joins the first of them. */
  spreadWindows: 1_440,
  /** Live scopes (local roots whose origin is not yet known). */
  scopes: 100_000,
  /** How long a request that ended without a route waits for one that a span below may still tell. */
  lateRouteMs: 5_000,
  /** Open spans remembered by one scope. */
  scopeSpans: 10_000,
  /** Ended spans of one scope that wait for what is open below them; one more counts at once. */
  scopeWaiting: 100,
  /** Distinct sums one scope may hold before it is committed early. */
  scopeSums: 10_000,
  /** Distinct attribute combinations one compiled rule remembers. */
  mappingCacheEntries: 20_000,
  /** Targets whose calls are counted one by one, for comparison with their own counters. */
  countedTargets: 10_000,
  /** Remembered (trace id, span id) pairs of extracted remote parents, for links. */
  remoteParents: 10_000,
  /** Ids of spans by which further server spans of an open request are known. */
  innerServers: 4_096,
  /** Parts waiting in memory for an exporter. */
  memoryPartsBytes: 32 * 1024 * 1024,
  /** Compressed parts kept in memory for the table printed at exit. */
  recentBytes: 16 * 1024 * 1024,
  /** Parts on their way from worker threads to the main thread; beyond it they wait in the worker. */
  threadParts: 1_000,
  /** Undeliverable parts one process sets aside, on disk or in memory. */
  quarantineBytes: 64 * 1024 * 1024,
  /** Part files on disk, all exporters together. */
  spoolBytes: 1024 * 1024 * 1024,
  /** `shutdown` and `forceFlush` as a whole. */
  shutdownMs: 10_000,
} as const;

export type Limits = { readonly [K in keyof typeof limits]: number };
