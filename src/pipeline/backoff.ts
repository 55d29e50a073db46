/** What delivery may take; every figure has a default and a test that reaches it. Times in milliseconds. */
export interface DeliveryOptions {
  /** One `export` or `confirm` call. */
  readonly callMs: number;
  /** Parts sent to one exporter at once, while it is healthy, unless it says itself; one at a time while it fails. */
  readonly concurrency: number;
  /** Longest wait before the second attempt; doubles with each failure in a row. */
  readonly backoffMs: number;
  /** Longest wait between attempts. */
  readonly backoffMaxMs: number;
  /** Longest `Retry-After` that is honoured. */
  readonly retryAfterMaxMs: number;
  /** How often handed parts are confirmed. */
  readonly confirmMs: number;
  /** A handed part about which `confirm` says nothing for so long is set aside; rounds that fail do not count. */
  readonly unconfirmedMs: number;
  /** After this many attempts a part is set aside, if others got through since its first failure. */
  readonly attempts: number;
  /** Parts of one exporter in the line, and handed; what the queue holds beyond is taken up when there is room again. */
  readonly partsMax: number;
}

export const deliveryDefaults: DeliveryOptions = {
  callMs: 30_000,
  concurrency: 2,
  backoffMs: 1_000,
  backoffMaxMs: 60_000,
  retryAfterMaxMs: 60 * 60_000,
  confirmMs: 300_000,
  unconfirmedMs: 24 * 60 * 60_000,
  attempts: 10,
  partsMax: 100_000,
};

/** Exponential backoff with full jitter: instances that failed together do not come back together. `failures` ≥ 1, `random` in [0, 1). */
export function backoffMs(failures: number, random: number, options: DeliveryOptions): number {
  return Math.min(options.backoffMs * 2 ** (failures - 1), options.backoffMaxMs) * random;
}
