import type {
  Found,
  Missed,
  OutletQueue,
  QueuedPart,
  QueueState,
  Takeover,
  WriteBehind,
} from '../core/contracts/part-queue.ts';
import type { Part } from '../core/model.ts';
import type { ExporterSpool } from './exporter-spool.ts';
import { HeldPart } from './held-part.ts';
import type { MemoryQueue } from './memory-queue.ts';
import { HEARTBEAT_MS } from './owners.ts';

/**
 * Parts of one outlet in a folder that processes share, each body in memory only while it is being written and sent. What the disk refuses
 * is in memory, within the bound, until it is tried again.
 */
export class FolderQueue implements OutletQueue {
  readonly keeps = true;
  readonly location: string;
  readonly takeover: Takeover;
  readonly writeBehind: WriteBehind;
  readonly #spool: ExporterSpool;
  readonly #memory: MemoryQueue;

  constructor(spool: ExporterSpool, memory: MemoryQueue) {
    this.location = spool.path;
    this.#spool = spool;
    this.#memory = memory;
    this.takeover = {
      heartbeatMs: HEARTBEAT_MS,
      beat: () => spool.beat(),
      owns: (instance) => spool.owns(instance),
      leave: () => spool.leave(),
      leaveSync: () => spool.leaveSync(),
    };
    this.writeBehind = { store: (part) => this.#store(HeldPart.of(part)), storeSync: (part) => this.#storeSync(part) };
  }

  /** The part as the queue holds it, still in memory only; undefined at the bound. */
  accept(part: Part): HeldPart | undefined {
    return this.#memory.accept(part);
  }

  async list(isKnown: (id: string) => boolean, room: number): Promise<Found> {
    const { found, givenUp } = await this.#spool.scan(isKnown, room);
    return { parts: found.map((entry) => new HeldPart(entry)), givenUp };
  }

  async read(part: QueuedPart): Promise<Part | undefined> {
    const held = await written(part);
    return held.body ?? this.#spool.read(held.entry!);
  }

  rest(part: QueuedPart): void {
    if (part.durable) this.#memory.release(part);
  }

  async mark(
    part: QueuedPart,
    state: QueueState,
    since: number | undefined,
    powerSafe: boolean,
    missed?: Missed,
  ): Promise<boolean> {
    const { entry } = await written(part);
    if (entry === undefined) return this.#memory.mark(part, state, since, powerSafe, missed);
    return this.#spool.mark(entry, state, since, powerSafe, missed);
  }

  async remove(part: QueuedPart): Promise<void> {
    // Not even in the last turn is it written any more.
    this.#memory.release(part);
    const { entry } = await written(part);
    if (entry !== undefined) await this.#spool.remove(entry);
    this.forget(part);
  }

  async setAside(part: QueuedPart, reason: string): Promise<'kept' | 'full' | 'taken'> {
    const { entry } = await written(part);
    if (entry === undefined) return this.#memory.setAside(part, reason);
    return (await this.#spool.setAside(entry, reason)) ? 'kept' : 'taken';
  }

  setAsideSync(part: QueuedPart, reason: string): 'kept' | 'full' {
    return this.#memory.setAsideSync(part, reason);
  }

  forget(part: QueuedPart): void {
    this.#memory.forget(part);
  }

  bodyOf(part: QueuedPart): Part | undefined {
    return this.#memory.bodyOf(part);
  }

  #store(held: HeldPart): Promise<void> {
    if (held.writing !== undefined) return held.writing;
    if (held.body === undefined || held.durable) return Promise.resolve();
    const work = this.#spool
      .write(held.body, held.state, held.since, held.missed)
      .then((entry) => {
        held.entry = entry;
      })
      .finally(() => {
        held.writing = undefined;
      });
    held.writing = work;
    return work;
  }

  #storeSync(part: QueuedPart): void {
    const held = HeldPart.of(part);
    if (held.body === undefined || held.durable) return;
    held.entry = this.#spool.writeSync(held.body, held.state, held.since, held.missed);
  }
}

/** The part once nothing is being written of it. */
async function written(part: QueuedPart): Promise<HeldPart> {
  const held = HeldPart.of(part);
  await held.writing?.catch(() => {});
  return held;
}
