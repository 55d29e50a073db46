/** Stable error codes. Messages may change in any release; codes only in a major one. */
export type ErrorCode =
  | 'ATTR_CONFIG_INVALID'
  | 'ATTR_PEER_MISSING'
  | 'ATTR_PART_CORRUPT'
  | 'ATTR_PART_VERSION'
  | 'ATTR_SPOOL_FULL'
  | 'ATTR_STORE_LOCKED'
  | 'ATTR_STORE_VERSION'
  | 'ATTR_STORE_EMPTY'
  | 'ATTR_EXPORT_FAILED'
  | 'ATTR_OBSERVE_FAILED'
  | 'ATTR_TIMEOUT'
  | 'ATTR_USAGE';

/** An error of this package: what happened, where, and what to do about it. */
export class AttributionError extends Error {
  override readonly name: string = 'AttributionError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The same call may succeed later, not before `retryAfterMs` if that is given. */
export class RetryableError extends AttributionError {
  override readonly name = 'RetryableError';
  readonly retryAfterMs: number | undefined;
  /** What a person has to do before it can; failures of one remedy are one trouble. It is part of the message. */
  readonly remedy: string | undefined;

  constructor(
    message: string,
    options?: { cause?: unknown; retryAfterMs?: number | undefined; remedy?: string | undefined },
  ) {
    super('ATTR_EXPORT_FAILED', message, options);
    this.retryAfterMs = options?.retryAfterMs;
    this.remedy = options?.remedy;
  }
}

/** The destination will never take this part: it goes to quarantine with this reason. */
export class PermanentError extends AttributionError {
  override readonly name = 'PermanentError';

  constructor(message: string, options?: { cause?: unknown }) {
    super('ATTR_EXPORT_FAILED', message, options);
  }
}

/** The part may or may not have arrived: it is treated as handed, and confirmed before it is sent again. */
export class AmbiguousError extends AttributionError {
  override readonly name = 'AmbiguousError';

  constructor(message: string, options?: { cause?: unknown }) {
    super('ATTR_EXPORT_FAILED', message, options);
  }
}
