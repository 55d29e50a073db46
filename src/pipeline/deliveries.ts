import type { QueuedPart } from '../core/contracts/part-queue.ts';
import { type Delivery, deliveryOf } from './delivery.ts';
import { WaitingLine } from './waiting-line.ts';

/** The parts on their way to one exporter, each in the list of its phase. */
export class Deliveries {
  readonly arriving = new Set<Delivery>();
  readonly waiting = new WaitingLine();
  readonly flying = new Set<Delivery>();
  readonly handed = new Set<Delivery>();
  /** Those of which is being written down what happened: in no list, until that is done. */
  readonly deciding = new Set<Delivery>();
  /** All that are not gone, by id; and those that this process is done with though they stay in the queue. */
  readonly #known = new Map<string, Delivery>();
  readonly #shunned = new Set<string>();
  /** Those that were in memory only when last looked at. */
  readonly #unsaved = new Set<Delivery>();
  readonly #partsMax: number;

  /** `partsMax`: in the line, and handed. */
  constructor(partsMax: number) {
    this.#partsMax = partsMax;
  }

  /** On their way to the line, in it, or in flight. */
  get backlog(): number {
    return this.arriving.size + this.waiting.size + this.flying.size + this.deciding.size;
  }

  /** Nothing changes by itself any more. */
  get settled(): boolean {
    return this.backlog === this.waiting.size;
  }

  /** How many more parts the lists take. */
  get room(): number {
    return this.#partsMax - this.waiting.size - this.handed.size;
  }

  /** Those that are in memory only, oldest first. */
  get unsaved(): Delivery[] {
    for (const delivery of this.#unsaved) if (delivery.part.durable) this.#unsaved.delete(delivery);
    return [...this.#unsaved];
  }

  isKnown = (id: string): boolean => this.#known.has(id) || this.#shunned.has(id);

  begin(part: QueuedPart): Delivery {
    const delivery = deliveryOf(part);
    this.#known.set(part.id, delivery);
    this.arriving.add(delivery);
    if (!part.durable) this.#unsaved.add(delivery);
    return delivery;
  }

  /** Puts a delivery in the list of its phase. */
  put(delivery: Delivery): void {
    if (delivery.phase === 'waiting') this.waiting.add(delivery);
    else if (delivery.phase === 'gone') this.#forget(delivery);
    else this[delivery.phase].add(delivery);
  }

  /** Takes a delivery out of whatever list it is in. */
  takeOut(delivery: Delivery): void {
    this.arriving.delete(delivery);
    this.waiting.remove(delivery);
    this.flying.delete(delivery);
    this.handed.delete(delivery);
  }

  /** Takes out what lies in the queue for whoever sends the parts of `instance`. What flies finds out by itself. */
  takeOf(instance: string): Delivery[] {
    const of = ({ part }: Delivery): boolean => part.durable && part.instance === instance;
    return [...this.waiting.takeWhere(of), ...[...this.handed].filter(of)];
  }

  #forget(delivery: Delivery): void {
    const { part, shunned } = delivery;
    this.#unsaved.delete(delivery);
    this.#known.delete(part.id);
    if (shunned) this.#shunned.add(part.id);
  }
}
