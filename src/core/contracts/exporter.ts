import type { Part } from '../model.ts';
import type { Missed } from './part-queue.ts';

/** `delivered`: the destination has the part. `handed`: accepted for later; the part is kept until `confirm` says it arrived. */
export type ExportOutcome = 'delivered' | 'handed';

/**
 * What became of a handed part. `pending`: not there, or cannot be asked, as of now; it is asked about for as long as it takes. `missing`: it
 * will not come any more, and may be sent again; `hindered`: the same, for a reason that is not the part's, so that it does not count against
 * it. `refused` says why it is set aside. A part that is not spoken of at all is asked about again
 * later, and set aside when that goes on for too long.
 */
export type ConfirmState = 'arrived' | 'pending' | 'missing' | 'hindered' | { readonly refused: string };

/** What the pipeline knows of a part, from earlier processes too. */
export interface PartHistory {
  /** When it was first sent since it was last known not to be there, in milliseconds since the epoch. */
  readonly sentAt: number | undefined;
  readonly missed: Missed | undefined;
}

/**
 * An outlet for parts. The pipeline owns retry, backoff with jitter, concurrency, deadlines and order by age;
 * the exporter owns its connection. `export` rejects with `RetryableError`, `PermanentError` or `AmbiguousError`;
 * any other error counts as retryable.
 */
export interface Exporter {
  /** Short name, unique in a pipeline: names the folder of its spool and its rows in the accounts. */
  readonly name: string;
  /** What this exporter can do; the contract suite skips, visibly, what it cannot. */
  readonly supports: {
    /** Sending the same part again changes nothing at the destination. */
    readonly idempotent: boolean;
    /** `confirm` exists, and `export` may answer `handed`. */
    readonly confirm: boolean;
    /** `exportSync` exists: what is left at `process.on('exit')` can still leave. */
    readonly sync: boolean;
  };
  /**
   * How long after a part was first sent `supports.idempotent` holds, in milliseconds; later `confirm` must say `missing` before it is
   * sent again. Default: for ever.
   */
  readonly idempotentMs?: number;
  /** Parts it takes at once while it is healthy. Default: the pipeline's. */
  readonly concurrency?: number;
  /** Deadline of its own calls, in milliseconds. The pipeline's comes after it: the exporter's own error says more. */
  readonly callMs?: number;
  /** Called once before the first part; may be called again after it failed. */
  start?(): Promise<void>;
  export(part: Part, signal: AbortSignal, history?: PartHistory): Promise<ExportOutcome>;
  exportSync?(part: Part): void;
  confirm?(
    partIds: readonly string[],
    signal: AbortSignal,
    histories?: ReadonlyMap<string, PartHistory>,
  ): Promise<ReadonlyMap<string, ConfirmState>>;
  /** Idempotent. Pending `export` calls have been awaited or aborted before. */
  close(): Promise<void>;
}
