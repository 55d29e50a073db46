import type { Timers } from '../core/contracts/timers.ts';
import type { ExporterSpool, SpoolEntry } from '../spool/exporter-spool.ts';
import { HEARTBEAT_MS } from '../spool/owners.ts';

/** Heartbeats from one look for parts of others to the next. */
const SCAN_EVERY = 3;
/** Parts put in the line in one turn of the event loop. */
const FOUND_PER_TURN = 1_000;

export interface UpkeepActions {
  readonly isKnown: (id: string) => boolean;
  /** How many more parts the line takes. */
  room(): number;
  found(entry: SpoolEntry): void;
  /** Another process has taken over the parts of `instance`. */
  lost(instance: string): void;
  /** Tries again to write what is in memory only. */
  save(): Promise<void>;
  failed(error: unknown): void;
}

/** The regular work on a spool: the sign of life, the look for parts whose process died, and the second try of failed writes. */
export class Upkeep {
  readonly #spool: ExporterSpool;
  readonly #timers: Timers;
  readonly #actions: UpkeepActions;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #round = 0;

  constructor(spool: ExporterSpool, timers: Timers, actions: UpkeepActions) {
    this.#spool = spool;
    this.#timers = timers;
    this.#actions = actions;
  }

  /** Looks at once, then regularly. */
  start(): void {
    if (this.#cancel !== undefined || this.#running !== undefined || this.#stopped) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#stopped) return;
      this.#cancel = this.#timers.after(HEARTBEAT_MS, () => {
        this.#cancel = undefined;
        this.start();
      });
    });
  }

  /** Resolves when no round is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { isKnown, room, found, lost, save, failed } = this.#actions;
    try {
      for (const instance of await this.#spool.beat()) lost(instance);
      await save();
      if (this.#round++ % SCAN_EVERY !== 0) return;
      const free = room();
      if (free <= 0) return;
      const seen = await this.#spool.scan(isKnown, free);
      for (const instance of seen.lost) lost(instance);
      for (const [i, entry] of seen.found.entries()) {
        if (i % FOUND_PER_TURN === FOUND_PER_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
        if (this.#stopped) return;
        // It may have come by another way meanwhile.
        if (!isKnown(entry.id)) found(entry);
      }
    } catch (error) {
      failed(error);
    }
  }
}
