/**
 * The sums of one scope while its origin is not yet known. Few distinct keys are the rule (one request repeats the
 * same calls), so a linear scan serves; a job with many keys gets an index.
 */
import type { Measure } from '../aggregate/dictionary.ts';
import type { Sums } from '../aggregate/sum-table.ts';
import type { Measurement } from './measurement.ts';
import type { NamedOrigin } from './named-origin.ts';

export interface PendingSum extends Sums {
  readonly window: number;
  readonly measure: Measure;
  readonly named: NamedOrigin | undefined;
  readonly attributes: string;
  value: number;
  compensation: number;
  count: number;
  samples: number;
  min: number;
  max: number;
  traceId: string;
}

const SCAN_MAX = 12;

function sameOrigin(a: NamedOrigin | undefined, b: NamedOrigin | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return a.origin === b.origin && a.originService === b.originService && a.attributes === b.attributes;
}

export class PendingSums {
  #sums: PendingSum[] = [];
  #index: Map<Measure, Map<string, PendingSum[]>> | undefined;

  get size(): number {
    return this.#sums.length;
  }

  add(window: number, measurement: Measurement): void {
    const { size, traceId } = measurement;
    const sum = this.#find(window, measurement.measure, measurement.named, measurement.attributes);
    addCompensated(sum, measurement.value);
    sum.count += measurement.count;
    sum.samples += measurement.samples;
    if (Number.isNaN(size)) return;
    if (size < sum.min) sum.min = size;
    if (size > sum.max) {
      sum.max = size;
      if (traceId !== '') sum.traceId = traceId;
    } else if (sum.traceId === '' && traceId !== '') sum.traceId = traceId;
  }

  #find(window: number, measure: Measure, named: NamedOrigin | undefined, attributes: string): PendingSum {
    const sums = this.#index === undefined ? this.#sums : (this.#index.get(measure)?.get(attributes) ?? []);
    for (let i = 0; i < sums.length; i++) {
      const sum = sums[i]!;
      if (
        sum.measure === measure &&
        sum.window === window &&
        sum.attributes === attributes &&
        sameOrigin(sum.named, named)
      ) {
        return sum;
      }
    }
    const sum: PendingSum = {
      window,
      measure,
      named,
      attributes,
      value: 0,
      compensation: 0,
      count: 0,
      samples: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      traceId: '',
    };
    this.#sums.push(sum);
    if (this.#index !== undefined) addToIndex(this.#index, sum);
    else if (this.#sums.length > SCAN_MAX) {
      this.#index = new Map();
      for (const known of this.#sums) addToIndex(this.#index, known);
    }
    return sum;
  }

  /** Operations held, for the accounts. */
  get operations(): number {
    let n = 0;
    for (const sum of this.#sums) n = Math.max(n, sum.samples);
    return n;
  }

  /** Adds everything to `other` and starts again empty. */
  moveTo(other: PendingSums): void {
    for (const sum of this.drain()) other.#merge(sum);
  }

  #merge(from: PendingSum): void {
    const sum = this.#find(from.window, from.measure, from.named, from.attributes);
    addCompensated(sum, from.value);
    addCompensated(sum, from.compensation);
    sum.count += from.count;
    sum.samples += from.samples;
    if (from.min < sum.min) sum.min = from.min;
    if (from.max > sum.max) {
      sum.max = from.max;
      if (from.traceId !== '') sum.traceId = from.traceId;
    } else if (sum.traceId === '') sum.traceId = from.traceId;
  }

  [Symbol.iterator](): Iterator<PendingSum> {
    return this.#sums[Symbol.iterator]();
  }

  /** Hands out all sums and starts again empty. */
  drain(): readonly PendingSum[] {
    const sums = this.#sums;
    if (sums.length > 0) this.#sums = [];
    this.#index = undefined;
    return sums;
  }
}

// Neumaier: the rounding error of each addition is kept beside the sum.
function addCompensated(sum: PendingSum, value: number): void {
  const total = sum.value + value;
  sum.compensation += Math.abs(sum.value) >= Math.abs(value) ? sum.value - total + value : value - total + sum.value;
  sum.value = total;
}

function addToIndex(index: Map<Measure, Map<string, PendingSum[]>>, sum: PendingSum): void {
  let byAttributes = index.get(sum.measure);
  if (byAttributes === undefined) index.set(sum.measure, (byAttributes = new Map()));
  const sums = byAttributes.get(sum.attributes);
  if (sums === undefined) byAttributes.set(sum.attributes, [sum]);
  else sums.push(sum);
}
