import type { Dictionary, Measure, Origin } from '../src/core/aggregate/dictionary.ts';
import type { SumTable } from '../src/core/aggregate/sum-table.ts';
import { windowOf } from '../src/core/windows.ts';

/** A power of two. */
const REMEMBERED = 4096;
const MASK = REMEMBERED - 1;

/** Adds by strings, for callers that keep no interned objects. One service, which is also the origin service. */
export class Recorder {
  readonly #dictionary: Dictionary;
  readonly #table: SumTable;
  readonly #service: string;
  readonly #windowMs: number;
  // What the last calls resolved to, by a cheap hash: with the same string objects a hit costs a third of two Map lookups.
  readonly #origins: (Origin | undefined)[] = new Array(REMEMBERED).fill(undefined);
  readonly #measures: (Measure | undefined)[] = new Array(REMEMBERED).fill(undefined);
  #window = 0;
  #start = 0;

  constructor(dictionary: Dictionary, table: SumTable, service: string) {
    this.#dictionary = dictionary;
    this.#table = table;
    this.#service = service;
    this.#windowMs = table.windowSeconds * 1000;
  }

  /** `timeMs`: milliseconds since the Unix epoch. False when refused: see `SumTable.add`. */
  add(timeMs: number, origin: string, target: string, event: string, unit: string, value: number): boolean {
    const age = timeMs - this.#start;
    // Most measurements fall into the window of the one before.
    if (!(age >= 0 && age < this.#windowMs)) {
      this.#window = windowOf(timeMs, this.#table.windowSeconds);
      this.#start = this.#window * this.#windowMs;
    }
    const o = slotOf(origin);
    let who = this.#origins[o];
    if (who === undefined || who.origin !== origin) {
      this.#origins[o] = who = this.#dictionary.origin(this.#service, this.#service, origin, '');
    }
    const m = (slotOf(target) + slotOf(event) * 31) & MASK;
    let what = this.#measures[m];
    if (what === undefined || what.event !== event || what.target !== target || what.unit !== unit) {
      this.#measures[m] = what = this.#dictionary.measure(target, event, unit, '');
    }
    return this.#table.add(this.#window, who, what, value);
  }
}

/** Where names differ most often: at the end and in length. A wrong guess costs a lookup, no more. */
function slotOf(name: string): number {
  const end = name.length - 1;
  return (name.charCodeAt(end) + name.charCodeAt(end - 1) * 37 + name.length * 331) & MASK;
}
