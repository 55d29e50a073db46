import type { Part } from '../model.ts';

/**
 * Where parts wait for the outlets that send them: each outlet takes its own way through the queue, and a part leaves for good when every
 * outlet has removed it, set it aside or lost it to another process. The plug-in's queue is folders of files, written behind; a collector's
 * is one database. The pipeline knows the queue by this contract only.
 */
export interface PartQueue {
  /** Opens the way of one outlet; to be called once for each, before parts are put. */
  open(outlet: string, owner: QueueOwner): OutletQueue;
  /**
   * Takes the parts of one rotation for the named outlets, all or nothing. Once it resolves they are the queue's, and so is `note`: an opaque
   * record of the owner's, stored in the same step (how far a journal is in these parts, what is pending). When it rejects, nothing was taken:
   * the owner keeps the parts, puts the same ones again, and lets no other rotation come before them. A part that the queue has already, by its
   * id, is not taken twice.
   *
   * A queue without a note to keep may write behind: it takes parts within its bound of memory, so that a slow or failing disk never
   * stops what measures, and says through `OutletQueue.writeBehind` what became of them. Such a queue does not reject; a part beyond the
   * bound is refused for the outlet that has too many, and the answer says so.
   */
  putAll(parts: readonly Part[], outlets: readonly string[], note: unknown): Promise<readonly PutResult[]>;
  /**
   * The same in this turn, for the end of a process; parts that a `putAll` under way has taken are among the answers as well. When it throws
   * nothing was taken: what was noted earlier is what the owner goes on from, and parts without a note are lost, as where it does not exist.
   */
  putSync?(parts: readonly Part[], outlets: readonly string[], note: unknown): readonly PutResult[];
  /** How much of the memory it may use is in use, from 0 to 1: an owner does well to wait when this is high. */
  readonly pressure: number;
  /** Parts set aside that are in memory only, oldest first. */
  readonly quarantined: readonly QuarantinedPart[];
}

export interface QueueOwner {
  /** The instance of this process, asked when it is first needed. */
  readonly instance: () => string;
  /** What is left leaves in the last turn of the process: the parts need not outlive it. */
  readonly transient: boolean;
}

/** What one outlet got of a `putAll`. */
export type PutResult =
  | { readonly outlet: string; readonly part: QueuedPart }
  /** This outlet never gets it. */
  | { readonly outlet: string; readonly refused: 'memory_full'; readonly why: string };

/**
 * What a queue knows of a part, for whoever takes it up. `waiting`: never sent, or known not to have arrived. `sent`: may have arrived, no
 * answer was seen. `handed`: accepted for later, to be confirmed.
 */
export type QueueState = 'waiting' | 'sent' | 'handed';

/** Times that a part was accepted for later, and did not arrive. */
export interface Missed {
  readonly times: number;
  /** When the first of them began, in milliseconds since the epoch. */
  readonly since: number;
}

/** A part in the queue of one outlet, without its body. Only the queue that made it changes it. */
export interface QueuedPart {
  readonly id: string;
  readonly instance: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly sealedAt: number;
  readonly state: QueueState;
  /** When it was first sent, in milliseconds since the epoch; undefined while it waits. */
  readonly since: number | undefined;
  readonly missed: Missed | undefined;
  /** It is stored, and outlives this process. */
  readonly durable: boolean;
}

export interface QuarantinedPart {
  readonly part: Part;
  readonly exporter: string;
  readonly reason: string;
}

/** The way of one outlet through the queue. Rejections are what the storage says; each call may be repeated. */
export interface OutletQueue {
  /** Its parts outlive the process. */
  readonly keeps: boolean;
  /** Where a person finds such parts; undefined of a queue that keeps none. */
  readonly location: string | undefined;
  /**
   * Up to `room` parts that are this process's to send and that it does not know yet, oldest first: left by an earlier one, taken over from
   * one that died, or beyond the room of an earlier call. Also the instances whose parts had to be given up.
   */
  list(isKnown: (id: string) => boolean, room: number): Promise<Found>;
  /**
   * The part with its body; undefined when another process has taken it.
   * @throws AttributionError `ATTR_PART_CORRUPT`, `ATTR_PART_VERSION`
   */
  read(part: QueuedPart): Promise<Part | undefined>;
  /** The body is not needed for now: memory may be freed, if it is stored. */
  rest(part: QueuedPart): void;
  /**
   * Gives a part another state, and where it is given, another `missed`. `powerSafe`: that survives a power cut once resolved. False when
   * another process has taken it.
   */
  mark(
    part: QueuedPart,
    state: QueueState,
    since: number | undefined,
    powerSafe: boolean,
    missed?: Missed,
  ): Promise<boolean>;
  /** Delivered: it is stored no longer. */
  remove(part: QueuedPart): Promise<void>;
  /** To the quarantine, for a person to look at. `full`: no room there, the part is lost. `taken`: another process has it. */
  setAside(part: QueuedPart, reason: string): Promise<'kept' | 'full' | 'taken'>;
  /** The same in this turn, for a part that is in memory only. */
  setAsideSync(part: QueuedPart, reason: string): 'kept' | 'full';
  /** The outlet has no more to do with it; what is stored stays for later, or for others. */
  forget(part: QueuedPart): void;
  /** A part that is in memory only, in the last turn of a process. */
  bodyOf(part: QueuedPart): Part | undefined;
  readonly writeBehind?: WriteBehind | undefined;
  readonly takeover?: Takeover | undefined;
}

export interface Found {
  readonly parts: readonly QueuedPart[];
  readonly givenUp: readonly string[];
}

/** Of a queue that takes parts before they are stored: how they get there. Each part is told apart by `durable`. */
export interface WriteBehind {
  /**
   * Resolves when the part is stored; may then be called again for one that was refused.
   * @throws AttributionError `ATTR_SPOOL_FULL`, at the cap, or what the storage says: then the part stays in memory
   */
  store(part: QueuedPart): Promise<void>;
  /** The same in this turn, for the end of a process. */
  storeSync(part: QueuedPart): void;
}

/** Of a queue that several processes share: each part has one owner, which shows regularly that it lives. */
export interface Takeover {
  /** How often to show it, in milliseconds. */
  readonly heartbeatMs: number;
  /** The sign of life; resolves with the instances that others have taken over. */
  beat(): Promise<readonly string[]>;
  /** Whether the parts of `instance` are this process's to send; asks again after a pause in which another may have taken them. */
  owns(instance: string): Promise<boolean>;
  /** At the end: others may take over at once. */
  leave(): Promise<void>;
  leaveSync(): void;
}
