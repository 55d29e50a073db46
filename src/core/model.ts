/**
 * The words of the data model. A measurement (origin, target, event, unit, value) is summed per window into a row (`row-columns.ts`);
 * rows sealed together form a part (`part-columns.ts`), the unit of durability, retry and idempotence.
 */

/** Origin of work that no rule could attribute. */
export const UNATTRIBUTED = '(unattributed)';
/** Origin of work started long after its root ended (a timer begun in a request). */
export const DETACHED = '(detached)';
/** Origin that heavy-hitter limits fold small origins into. */
export const OTHER = '(other)';
/** Service of an emitter that does not say its name. */
export const UNKNOWN_SERVICE = 'unknown_service';
/** Target of the rows in which the engine accounts for itself. */
export const ACCOUNTS_TARGET = 'otel-attribution';

/** Service of rows that come from a look at a target itself, as `blame` writes them. */
export const OBSERVER_SERVICE = '(observer)';
/** Seconds that others waited for the locks of an origin: no operation of its own, so in no sum of durations. */
export const BLOCKED_EVENT = 'db.client.blocked.duration';

/** Calls that a target counted itself, and those among them that no span told of; origins of rows with this event. */
export const OBSERVED_EVENT = 'attribution.target.calls';
export const OBSERVED = '(observed)';
export const UNSEEN = '(unseen)';

/** What is measured: the shared resource, the event and its base unit (UCUM), and attributes that belong to the event itself. */
export interface MeasureKey {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** Canonical JSON object (sorted keys) of attributes set by the rule, '' for none. */
  readonly attributes: string;
}

/** Who caused it: emitter, the service in which the origin was named, the origin, and the user's dimensions. */
export interface OriginKey {
  readonly service: string;
  readonly originService: string;
  readonly origin: string;
  /** Canonical JSON object (sorted keys), '' for none. */
  readonly attributes: string;
}

/** A sealed part ready to travel: identity and compressed body. Immutable. */
export interface Part {
  readonly id: string;
  readonly instance: string;
  readonly sequence: number;
  readonly sealedAt: number;
  readonly rows: number;
  /** zstd frame of the JSON of `PartColumns`. */
  readonly body: Uint8Array;
}
