import type { SpanView } from '../attribution/span-view.ts';
import type { PointFacts } from '../mapping/types.ts';

/**
 * An intake of the collector: it speaks a protocol (OTLP, counters over HTTP, statsd, parts of plug-ins) and knows nothing of durability. It
 * hands each body to its host as it came, and tells the other side what the host answered. The host stores the body before it answers, and
 * applies it by `Codec.replay`: now, and again after a crash, from the journal.
 */
export interface Receiver<Config = unknown> {
  /** Short name, unique in a collector: names its bodies in the journal and its rows in the accounts. */
  readonly name: string;
  readonly config: Config;
  /** Every codec whose bodies may still lie in a journal: those of earlier releases as well. */
  readonly codecs: readonly Codec[];
  /** Begins to listen. Rejects when it cannot, with what to do about it. */
  start(host: ReceiverHost): Promise<void>;
  /**
   * Takes nothing new, and resolves once all that was taken is answered, or at the deadline (monotonic milliseconds) at the latest; what is
   * not answered then the other side sends again. Idempotent, never rejects.
   */
  stop(deadline: number): Promise<void>;
}

export interface ReceiverHost {
  /**
   * Takes a body: all of it or nothing. Never rejects. Once it says `committed` the body survives a crash; the host may answer later than it
   * stored, for many bodies at once, so a receiver need not wait for one answer before it brings the next body.
   */
  accept(received: ReceivedBody): Promise<Acceptance>;
}

export interface ReceivedBody {
  /**
   * What makes a body the same as another one, within the time that the host remembers: an id of the sender's. Without one no body is a
   * repetition: two equal increments are two.
   */
  readonly dedupeKey?: string;
  /** Name of the codec that reads it. */
  readonly codec: string;
  /** The host's from now on: the receiver must not write to it any more. */
  readonly body: Uint8Array;
}

export type Acceptance =
  /** Stored, and counted once. */
  | { readonly outcome: 'committed' }
  /** Stored before under the same key: success for the sender, and not counted again. */
  | { readonly outcome: 'duplicate' }
  /** Not stored, for want of room; the same body may be taken later. */
  | { readonly outcome: 'busy'; readonly retryAfterMs: number }
  /** Not stored, and never will be; the reason is for the sender. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** Reads the bodies of one format. */
export interface Codec {
  /** With its version, such as `otlp-traces/1`; stays for ever, as bodies in journals name it. A changed reading is another codec. */
  readonly name: string;
  /**
   * Gives the sink what is in the body. Pure: it depends on the body alone, and gives the same things in the same order each time, so that
   * what was counted of a body can be noted by position. It gives all of it in one turn.
   * @throws Error for a body it cannot read: the host refuses that one whole, before it is stored
   */
  replay(body: Uint8Array, sink: ReceiverSink): void;
}

/** Where received things go, each call for one. None of them throws: what cannot be counted is refused with a reason, in the accounts. */
export interface ReceiverSink {
  span(span: SpanView): void;
  point(point: ReceivedPoint): void;
  measurement(measurement: ReceivedMeasurement): void;
  level(level: ReceivedLevel): void;
  event(event: ReceivedEvent): void;
}

/** A metric's data point, mapped by the rules as one of an SDK is. */
export interface ReceivedPoint extends PointFacts {
  /** Milliseconds since the epoch; a cumulative one began at `startMs` at 0. */
  readonly startMs: number;
  readonly timeMs: number;
  readonly temporality: 'delta' | 'cumulative';
  /** In `unit`; of a histogram the sum of what was recorded. */
  readonly value: number;
  /** What was recorded how often, and its extremes where they are known; of a histogram only. */
  readonly count?: number;
  readonly min?: number;
  readonly max?: number;
}

/** What every other received thing says of itself. */
interface Received {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Name of the emitting service. */
  readonly service: string;
  readonly target: string;
  readonly event: string;
  /** A few dimensions chosen by the user. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One fact, with its origin named by the sender. */
export interface ReceivedMeasurement extends Received {
  readonly originService: string;
  readonly origin: string;
  /** UCUM. */
  readonly unit: string;
  readonly value: number;
  /** How many it stands for. */
  readonly weight: number;
}

/** A gauge: never summed. */
export interface ReceivedLevel extends Received {
  readonly unit: string;
  readonly value: number;
}

/** One single event, kept as it came. */
export interface ReceivedEvent extends Received {
  /** The sender's, by which it is kept once. */
  readonly id: string;
  readonly origin: string;
}
