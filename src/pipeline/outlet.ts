import type { Exporter } from '../core/contracts/exporter.ts';
import type { OutletQueue, QueuedPart } from '../core/contracts/part-queue.ts';
import type { Delivery, DeliveryEvent } from './delivery.ts';
import { DeliveryMachine } from './delivery-machine.ts';
import { code, message } from './error-text.ts';
import type { OutletContext } from './outlet-context.ts';
import { exitReason, foundReason } from './reasons.ts';

/**
 * The way of parts to one exporter: oldest first, retried with backoff, set aside when refused. Every part offered ends as exported,
 * quarantined or dropped, each counted, or stays in the queue for the next process.
 */
export class Outlet {
  readonly name: string;
  readonly #exporter: Exporter;
  readonly #queue: OutletQueue;
  readonly #context: OutletContext;
  readonly #machine: DeliveryMachine;

  /** `name`: unique among the outlets. */
  constructor(exporter: Exporter, name: string, queue: OutletQueue, context: OutletContext) {
    this.name = name;
    this.#exporter = exporter;
    this.#queue = queue;
    this.#context = context;
    this.#machine = new DeliveryMachine(name, exporter, queue, context);
  }

  /** Parts on their way to the line, in it, or in flight. */
  get backlog(): number {
    return this.#machine.deliveries.backlog;
  }

  /** Handed parts not yet confirmed. */
  get unconfirmed(): number {
    return this.#machine.deliveries.handed.size;
  }

  get failing(): boolean {
    return this.#machine.patience.failures > 0;
  }

  /** Parts outlive this process. */
  get keeps(): boolean {
    return this.#queue.keeps;
  }

  /** For people: where such parts are. */
  get location(): string | undefined {
    return this.#queue.location;
  }

  /** It takes no parts any more. */
  get closing(): boolean {
    return this.#machine.closing;
  }

  /** How many more parts it takes from the queue. */
  get room(): number {
    return this.#machine.deliveries.room;
  }

  isKnown = (id: string): boolean => this.#machine.deliveries.isKnown(id);

  /** Takes a new part of the queue. */
  offer(part: QueuedPart): void {
    if (this.isKnown(part.id)) return;
    const delivery = this.#machine.deliveries.begin(part);
    const { writeBehind } = this.#queue;
    if (writeBehind !== undefined) void this.#arrive(delivery, writeBehind.store(part));
    else void this.#machine.apply(delivery, { type: part.durable && this.room <= 0 ? 'crowded' : 'stored' });
  }

  /** A new part that is lost for this exporter. */
  refuse(reason: string, why: string): void {
    this.#machine.effects.refuse(reason, why);
  }

  /** A part that the queue held already, left by an earlier process. */
  found(part: QueuedPart): void {
    // It may have come by another way meanwhile.
    if (this.isKnown(part.id)) return;
    const delivery = this.#machine.deliveries.begin(part);
    void this.#machine.apply(delivery, { type: `found ${part.state}`, reason: foundReason(part, this.name) });
  }

  /** Another process has taken over the parts of `instance`. */
  takenOver(instance: string): void {
    for (const delivery of this.#machine.deliveries.takeOf(instance))
      void this.#machine.apply(delivery, { type: 'taken' });
  }

  /** Tries again to store what is in memory only, until that fails. */
  async storeUnsaved(): Promise<void> {
    const { unsaved, deciding } = this.#machine.deliveries;
    for (const delivery of unsaved) {
      if (delivery.part.durable || delivery.phase === 'gone' || deciding.has(delivery)) continue;
      const stored = this.#machine.apply(delivery, { type: 'retry write' });
      await stored;
      if (stored !== undefined && !delivery.part.durable) return;
    }
  }

  upkeepFailed(error: unknown): void {
    this.#machine.notices.warnOnce('upkeep', `looking after ${this.location} failed: ${message(error)}`);
  }

  /** Tries again now, unless the destination asked to wait. */
  kick(): void {
    this.#machine.patience.cutShort();
    this.#machine.pump();
  }

  /**
   * Resolves when nothing waits or flies, or when all is stored and waiting is in vain: after `failures` more failed attempts the
   * destination is down, and it may have asked for a pause beyond `until` (monotonic milliseconds).
   */
  drained(failures = 3, until = Number.POSITIVE_INFINITY): Promise<void> {
    const patience = this.#machine.patience;
    const limit = patience.failures + failures;
    const inVain = (): boolean => patience.failures >= limit || patience.retryAfter > until;
    return this.#machine.changes.until(
      () => this.backlog === 0 || (inVain() && this.#machine.deliveries.arriving.size === 0),
    );
  }

  /** Resolves when no more than what the exporter is slow to take is in memory. */
  caughtUp(): Promise<void> {
    if (!this.keeps) return this.drained(1);
    return this.#machine.changes.until(() => this.#machine.deliveries.arriving.size === 0);
  }

  /** Asks the destination about handed parts now. Never rejects; what stays unanswered is asked about again later. */
  confirmNow(): Promise<void> {
    return this.#machine.confirmNow();
  }

  /** For the end of the process: starts no call that could not end any more. `flushSync` undoes it. */
  suspend(): void {
    this.#machine.suspend(true);
  }

  /**
   * For `process.on('exit')`: what is in memory only is stored in this very turn, or is sent if the exporter can do that. What cannot leave
   * so is set aside: calls under way have no future.
   */
  flushSync(): void {
    const { unsaved, waiting, deciding } = this.#machine.deliveries;
    const { keeps } = this;
    // They leave all together: the line need not be searched for each.
    if (!keeps) waiting.takeAll();
    for (const delivery of unsaved) {
      // Its fate is being written down; where it can be stored it is, in case that comes to nothing.
      if (!keeps && deciding.has(delivery)) continue;
      void this.#machine.apply(delivery, { type: 'exit', reason: exitReason(delivery.phase, keeps) });
    }
    this.#machine.suspend(false);
    this.#machine.changes.happened();
  }

  /** Stops delivery. What is not delivered stays in the queue, or is set aside where it would be lost. */
  async stop(deadline: Promise<unknown>): Promise<void> {
    const { deliveries, changes } = this.#machine;
    this.#machine.recall();
    await Promise.race([changes.until(() => deliveries.settled), deadline]);
    this.#machine.giveUp();
  }

  async close(deadline: Promise<unknown>): Promise<void> {
    try {
      await Promise.race([this.#context.runUntraced(() => this.#exporter.close()), deadline]);
    } catch (error) {
      this.#machine.notices.warnOnce('close', `closing failed: ${message(error)}`);
    }
  }

  /** A new part is stored before it may be sent, or waits in memory while the disk refuses it. */
  async #arrive(delivery: Delivery, storing: Promise<void>): Promise<void> {
    const event = await storing.then(
      () => this.#stored(delivery),
      (error: unknown): DeliveryEvent => {
        const type = code(error) === 'ATTR_SPOOL_FULL' ? 'full' : 'unstorable';
        return { type, reason: message(error), error };
      },
    );
    if (event.type === 'stored') this.#machine.notices.over('spool');
    // `exit` may have dealt with it.
    if (delivery.phase === 'arriving') void this.#machine.apply(delivery, event);
    this.#machine.changes.happened();
  }

  async #stored({ part }: Delivery): Promise<DeliveryEvent> {
    if (this.room <= 0) return { type: 'crowded' };
    const ours = await this.#queue.takeover?.owns(part.instance).catch(() => true);
    return { type: ours === false ? 'taken' : 'stored' };
  }
}
