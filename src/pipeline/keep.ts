import type { Exporter } from '../core/contracts/exporter.ts';
import type { Part } from '../core/model.ts';
import type { ExporterSpool, SpoolEntry } from '../spool/exporter-spool.ts';
import type { SpoolState } from '../spool/spool-names.ts';
import { type Delivery, deliveryOf } from './delivery.ts';
import type { PartMemory } from './part-memory.ts';

/** A clock that was set back by more than this tells nothing about how long ago a part was sent. */
const CLOCK_BACK_MS = 60_000;

/**
 * Where the parts of one outlet are: in its spool, when it has one, each body in memory only while it is sent; without a spool, or while
 * nothing can be written there, in memory within the bound. Also what the files say about them, so that the next process knows.
 */
export class Keep {
  readonly spool: ExporterSpool | undefined;
  readonly #exporter: Exporter;
  readonly #memory: PartMemory;
  readonly #now: () => number;
  /** Parts this process deals with, or is done with though their file could not be removed. */
  readonly #known = new Set<string>();
  /** Parts that should be in the spool and are not. */
  readonly #unsaved = new Set<Delivery>();
  #ownBytes = 0;

  constructor(exporter: Exporter, memory: PartMemory, now: () => number, spool: ExporterSpool | undefined) {
    this.#exporter = exporter;
    this.#memory = memory;
    this.#now = now;
    this.spool = spool;
  }

  /** Whether a crash between sending and answer must leave a trace: repeating is not harmless for ever. */
  get #marks(): boolean {
    return !this.#exporter.supports.idempotent || this.#exporter.idempotentMs !== undefined;
  }

  get unsaved(): readonly Delivery[] {
    return [...this.#unsaved];
  }

  isKnown = (id: string): boolean => this.#known.has(id);

  /** A new part, in memory; undefined at the memory bound. */
  take(part: Part): Delivery | undefined {
    if (!this.#memory.tryHold(part, this.#ownBytes)) return undefined;
    this.#ownBytes += part.body.length;
    const delivery = deliveryOf(part);
    this.#known.add(part.id);
    if (this.spool !== undefined) this.#unsaved.add(delivery);
    return delivery;
  }

  /** A part found in the spool. */
  adopt(entry: SpoolEntry): Delivery {
    this.#known.add(entry.id);
    return deliveryOf(entry);
  }

  /**
   * Writes a part that is in memory only to the spool.
   * @throws AttributionError `ATTR_SPOOL_FULL`, or what the file system says
   */
  async save(delivery: Delivery): Promise<void> {
    const work = this.spool!.write(delivery.part!, this.#stateOf(delivery), delivery.sentAt).then((entry) =>
      this.#saved(delivery, entry),
    );
    delivery.writing = work
      .catch(() => {})
      .finally(() => {
        delivery.writing = undefined;
      });
    await work;
  }

  saveSync(delivery: Delivery): void {
    this.#saved(
      delivery,
      this.spool!.writeSync(delivery.part!, this.#stateOf(delivery), delivery.sentAt ?? this.#now()),
    );
  }

  /** The body leaves memory if it is in a file, and not about to be sent. */
  rest(delivery: Delivery): void {
    if (delivery.entry !== undefined && delivery.place !== 'flying') this.#release(delivery);
  }

  /** The part with its body; undefined when another process has taken it. */
  async body(delivery: Delivery): Promise<Part | undefined> {
    return delivery.part ?? this.spool!.read(delivery.entry!);
  }

  /** True when so much time has passed since it was first sent that it must not be repeated unasked. */
  isExpired({ sentAt }: Delivery): boolean {
    const { idempotentMs } = this.#exporter;
    if (idempotentMs === undefined || sentAt === undefined) return false;
    const age = this.#now() - sentAt;
    return age >= idempotentMs || age < -CLOCK_BACK_MS;
  }

  /**
   * Notes, durably, that the part may arrive from now on. Resolves with `gone` when another process has it: then it must not be sent.
   * `first`: no earlier attempt may have arrived.
   */
  async markSent(delivery: Delivery): Promise<'first' | 'again' | 'gone'> {
    const { entry } = delivery;
    const first = delivery.sentAt === undefined;
    const since = first ? Math.max(this.#now(), (entry?.since ?? 0) + 1) : delivery.sentAt;
    // The rename is what makes this process the only one to send the part.
    if (entry !== undefined && first && this.#marks && !(await this.spool!.mark(entry, 'sent', since, true)))
      return 'gone';
    delivery.sentAt = since;
    if (entry !== undefined && !(await this.spool!.holds(delivery.instance))) {
      if (first) await this.markUnsent(delivery);
      return 'gone';
    }
    return first ? 'first' : 'again';
  }

  /** After an attempt that is known not to have arrived, or a proof that none has. */
  async markUnsent(delivery: Delivery): Promise<void> {
    delivery.sentAt = undefined;
    if (delivery.entry !== undefined && delivery.entry.state !== 'waiting')
      await this.spool!.mark(delivery.entry, 'waiting', undefined, false);
  }

  /** False when another process has it. */
  async markHanded(delivery: Delivery): Promise<boolean> {
    delivery.sentAt ??= this.#now();
    return delivery.entry === undefined || (await this.spool!.mark(delivery.entry, 'handed', delivery.sentAt, false));
  }

  /** The part has arrived: its file goes. */
  async discard(delivery: Delivery): Promise<void> {
    await delivery.writing;
    if (delivery.entry !== undefined) await this.spool!.remove(delivery.entry);
    this.forget(delivery);
  }

  /** This process has no more to do with the part; a file it may have stays. `known`: and must not take it up again. */
  forget(delivery: Delivery, known = false): void {
    this.#release(delivery);
    this.#unsaved.delete(delivery);
    if (!known) this.#known.delete(delivery.id);
  }

  #stateOf({ place, sentAt }: Delivery): SpoolState {
    if (place === 'handed') return 'handed';
    return place === 'flying' && sentAt !== undefined && this.#marks ? 'sent' : 'waiting';
  }

  #saved(delivery: Delivery, entry: SpoolEntry): void {
    delivery.entry = entry;
    this.#unsaved.delete(delivery);
  }

  #release(delivery: Delivery): void {
    const { part } = delivery;
    if (part === undefined) return;
    delivery.part = undefined;
    this.#ownBytes -= part.body.length;
    this.#memory.release(part);
  }
}
