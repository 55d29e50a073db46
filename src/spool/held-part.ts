import type { Missed, QueuedPart, QueueState } from '../core/contracts/part-queue.ts';
import type { Part } from '../core/model.ts';
import type { SpoolEntry } from './exporter-spool.ts';

/** A part in the queue of one outlet: in memory, in a file, or both. What its file says holds; without one, what was last marked. */
export class HeldPart implements QueuedPart {
  readonly id: string;
  readonly instance: string;
  readonly sequence: number;
  readonly sealedAt: number;
  /** The part with its body, while that is in memory. */
  body: Part | undefined;
  /** Its file. */
  entry: SpoolEntry | undefined;
  /** Its file is being written. */
  writing: Promise<void> | undefined;
  #state: QueueState = 'waiting';
  #since: number | undefined;
  #missed: Missed | undefined;

  constructor(source: Part | SpoolEntry) {
    this.id = source.id;
    this.instance = source.instance;
    this.sequence = source.sequence;
    this.sealedAt = source.sealedAt;
    if ('body' in source) this.body = source;
    else this.entry = source;
  }

  /** @throws TypeError for a part that no queue of this package made */
  static of(part: QueuedPart): HeldPart {
    if (part instanceof HeldPart) return part;
    throw new TypeError(`The part ${part.id} is of another queue.`);
  }

  get state(): QueueState {
    return this.entry?.state ?? this.#state;
  }

  get since(): number | undefined {
    return this.entry === undefined ? this.#since : this.entry.since;
  }

  get missed(): Missed | undefined {
    return this.entry === undefined ? this.#missed : this.entry.missed;
  }

  get durable(): boolean {
    return this.entry !== undefined;
  }

  /** What its file will say, once there is one. */
  remember(state: QueueState, since: number | undefined, missed = this.#missed): void {
    this.#state = state;
    this.#since = since;
    this.#missed = missed;
  }
}
