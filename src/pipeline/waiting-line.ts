import type { Delivery } from './delivery.ts';

/** A part that failed this often more lets those pass that failed less. */
const PASS_AFTER = 3;

/** Parts that wait for one exporter, by age: a binary heap, so that a line of 100,000 costs each step no more than a few comparisons. */
export class WaitingLine {
  #heap: Delivery[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** Puts a delivery where its age belongs: one that comes back from a failed attempt is not the youngest. */
  add(delivery: Delivery): void {
    const heap = this.#heap;
    delivery.inLine = true;
    let at = heap.push(delivery) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(delivery, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = delivery;
  }

  /** Takes the oldest part; one that keeps failing lets fresher ones pass. */
  next(): Delivery | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first !== undefined) first.inLine = false;
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  /** Takes out all that `match`, in any order. */
  takeWhere(match: (delivery: Delivery) => boolean): Delivery[] {
    const all = this.#heap;
    this.#heap = [];
    const taken: Delivery[] = [];
    for (const delivery of all) {
      if (!match(delivery)) this.add(delivery);
      else {
        delivery.inLine = false;
        taken.push(delivery);
      }
    }
    return taken;
  }

  /** Takes out one, if it is there: all the others are looked at. */
  remove(delivery: Delivery): void {
    if (delivery.inLine) this.takeWhere((other) => other === delivery);
  }

  /** All of it, oldest first. */
  takeAll(): Delivery[] {
    const all = this.#heap.sort((a, b) => (isOlder(a, b) ? -1 : 1));
    this.#heap = [];
    for (const delivery of all) delivery.inLine = false;
    return all;
  }
}

function isBefore(a: Delivery, b: Delivery): boolean {
  const level = Math.floor(a.attempts / PASS_AFTER) - Math.floor(b.attempts / PASS_AFTER);
  return level === 0 ? isOlder(a, b) : level < 0;
}

function isOlder({ part: a }: Delivery, { part: b }: Delivery): boolean {
  if (a.sealedAt !== b.sealedAt) return a.sealedAt < b.sealedAt;
  return a.sequence === b.sequence ? a.id < b.id : a.sequence < b.sequence;
}
