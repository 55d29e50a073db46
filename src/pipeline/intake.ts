import type { Accounts } from '../core/accounts.ts';
import type { Timers } from '../core/contracts/timers.ts';
import type { ExporterSpool, SpoolEntry } from '../spool/exporter-spool.ts';
import type { Delivery } from './delivery.ts';
import { code, message } from './error-text.ts';
import type { Fates } from './fates.ts';
import type { Keep } from './keep.ts';
import { Upkeep } from './upkeep.ts';

export interface IntakeActions {
  /** How many more parts the line takes. */
  room(): number;
  /** A part that is on disk, or that the disk refuses: it may be sent. */
  ready(delivery: Delivery): void;
  /** A part that was in the spool already. */
  found(entry: SpoolEntry): void;
  /** Another process has taken over the parts of `instance`. */
  lost(instance: string): void;
  changed(): void;
}

/** How parts come to an outlet that has a spool: new ones are written ahead, those of processes that died are taken over. */
export class Intake {
  readonly #spool: ExporterSpool;
  readonly #keep: Keep;
  readonly #fates: Fates;
  readonly #accounts: Accounts;
  readonly #actions: IntakeActions;
  readonly #upkeep: Upkeep;
  /** New parts on their way to the disk. */
  readonly #arriving = new Set<Delivery>();
  #closed = false;

  constructor(
    spool: ExporterSpool,
    context: { readonly keep: Keep; readonly fates: Fates; readonly accounts: Accounts; readonly timers: Timers },
    actions: IntakeActions,
  ) {
    this.#spool = spool;
    this.#keep = context.keep;
    this.#fates = context.fates;
    this.#accounts = context.accounts;
    this.#actions = actions;
    this.#upkeep = new Upkeep(spool, context.timers, {
      isKnown: context.keep.isKnown,
      room: actions.room,
      found: actions.found,
      lost: actions.lost,
      save: () => this.#saveUnsaved(),
      failed: (error) => this.#fates.warnOnce('upkeep', `looking after ${spool.path} failed: ${message(error)}`),
    });
  }

  /** Parts on their way to the disk. */
  get size(): number {
    return this.#arriving.size;
  }

  start(): void {
    if (!this.#closed) this.#upkeep.start();
  }

  /** Resolves when no regular work is under way any more. What is being written goes on, and stays in the spool. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#upkeep.stop();
  }

  /** Write-ahead: a part is on disk before it may be sent, or stays in memory while the disk refuses it. */
  async take(delivery: Delivery): Promise<void> {
    this.start();
    this.#arriving.add(delivery);
    try {
      await this.#keep.save(delivery);
      this.#fates.again('spool');
    } catch (error) {
      this.#unwritten(delivery, error);
    }
    // `exit` may have put it aside, or the cap refused it.
    if (this.#arriving.has(delivery)) {
      const ours = await this.#isOurs(delivery);
      this.#arriving.delete(delivery);
      if (ours) this.#actions.ready(delivery);
      else this.#keep.forget(delivery);
    }
    this.#actions.changed();
  }

  remove(delivery: Delivery): void {
    this.#arriving.delete(delivery);
  }

  #unwritten(delivery: Delivery, error: unknown): void {
    if (!this.#arriving.has(delivery)) return;
    if (code(error) === 'ATTR_SPOOL_FULL') {
      this.#arriving.delete(delivery);
      this.#fates.drop(delivery, 'directory_full', message(error));
      return;
    }
    this.#accounts.count('attribution.limit.reached', 'spool_unwritable');
    this.#fates.warnOnce(
      'spool',
      `parts cannot be written to ${this.#spool.path} and wait in memory instead, until they can: ${message(error)}`,
    );
  }

  /** False when the file is there for another process, or for later. */
  async #isOurs(delivery: Delivery): Promise<boolean> {
    if (delivery.entry === undefined) return true;
    if (this.#actions.room() <= 0) return false;
    return this.#spool.holds(delivery.instance).catch(() => true);
  }

  async #saveUnsaved(): Promise<void> {
    for (const delivery of this.#keep.unsaved) {
      if (delivery.place !== 'waiting' && delivery.place !== 'handed') continue;
      try {
        await this.#keep.save(delivery);
        this.#keep.rest(delivery);
      } catch {
        return;
      }
      this.#fates.again('spool');
    }
  }
}
