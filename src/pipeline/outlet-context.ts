import type { Accounts } from '../core/accounts.ts';
import type { Timers } from '../core/contracts/timers.ts';
import type { Logger } from '../core/logger.ts';
import type { DeliveryOptions } from './backoff.ts';

/** What all outlets of a pipeline share. */
export interface OutletContext {
  readonly accounts: Accounts;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
  readonly delivery: DeliveryOptions;
  /** Runs `fn` so that our own I/O makes no spans. */
  readonly runUntraced: <T>(fn: () => T) => T;
}
