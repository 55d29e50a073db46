import type { Part } from '../core/model.ts';

/** A part on its way to one exporter. */
export interface Delivery {
  readonly part: Part;
  attempts: number;
  /** Number of parts that had got through when this one first failed. */
  deliveredBefore: number;
}

/** A part that failed this much more often than the freshest one lets it pass. */
const PASS_AFTER = 3;

/** Parts that wait for one exporter, by age. */
export class WaitingLine {
  /** Sorted by sequence. */
  readonly #deliveries: Delivery[] = [];

  get size(): number {
    return this.#deliveries.length;
  }

  /** Puts a delivery where its age belongs: one that comes back from a failed attempt is not the youngest. */
  add(delivery: Delivery): void {
    let at = this.#deliveries.length;
    while (at > 0 && this.#deliveries[at - 1]!.part.sequence > delivery.part.sequence) at--;
    this.#deliveries.splice(at, 0, delivery);
  }

  /** Takes the oldest part; one that keeps failing lets fresher ones pass. */
  next(): Delivery | undefined {
    const fewest = this.#deliveries.reduce(
      (least, { attempts }) => Math.min(least, attempts),
      Number.POSITIVE_INFINITY,
    );
    const index = this.#deliveries.findIndex(({ attempts }) => attempts < fewest + PASS_AFTER);
    return this.#deliveries.splice(Math.max(0, index), 1)[0];
  }

  remove(delivery: Delivery): void {
    const at = this.#deliveries.indexOf(delivery);
    if (at >= 0) this.#deliveries.splice(at, 1);
  }

  list(): Delivery[] {
    return [...this.#deliveries];
  }

  takeAll(): Delivery[] {
    return this.#deliveries.splice(0);
  }
}
