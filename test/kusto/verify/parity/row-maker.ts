import { ACCOUNTS_TARGET } from '../../../../src/core/model.ts';
import type { TestRow } from '../../../helpers/parts.ts';
import type { Random } from './random.ts';
import {
  accounts,
  attributeNames,
  attributesOf,
  attributeValues,
  entryEvents,
  measures,
  origins,
  serverEvents,
  services,
} from './vocabulary.ts';

export type Numbers = 'exact' | 'signed' | 'real';

interface Key {
  readonly originService: string | undefined;
  readonly origin: string;
  readonly target: string | undefined;
  readonly event: string;
  readonly unit: string;
  readonly attributes: string;
}

/**
 * Rows over a few keys, so that sums have several terms. The largest sampled value of a key is its own: where two are equal, either
 * trace is a right answer, and SQL and KQL may name different ones.
 */
export class RowMaker {
  readonly #random: Random;
  readonly #numbers: Numbers;
  readonly #services: readonly string[];
  readonly #keys: readonly Key[];
  readonly #sampled = new Set<number>();

  constructor(random: Random, numbers: Numbers) {
    this.#random = random;
    this.#numbers = numbers;
    this.#services = random.some(services, random.int(1, 4));
    const names = random.some(attributeNames, 4);
    const some = random.some(origins, random.int(2, 8));
    const measured = random.some(measures, random.int(1, 5));
    this.#keys = Array.from({ length: random.int(2, 25) }, () => this.#key(some, measured, names));
  }

  someServices(): readonly string[] {
    return this.#random.some(this.#services, this.#random.pick([1, 1, 1, 2]));
  }

  row(windowStart: number, service: string): TestRow {
    const random = this.#random;
    if (random.chance(0.12)) return this.#account(windowStart, service);
    const key = random.pick(this.#keys);
    const sampled = random.chance(0.4);
    const max = random.chance(0.15) ? null : sampled ? this.#uniqueMax() : this.#number();
    return {
      windowStart,
      service,
      originService: key.originService ?? service,
      origin: key.origin,
      target: key.target ?? `service://${service}`,
      event: key.event,
      unit: key.unit,
      attributes: key.attributes,
      value: this.#number(),
      count: this.#count(),
      samples: random.int(0, 40),
      min: max === null ? null : max - Math.abs(this.#number()),
      max,
      exemplarTraceId: sampled
        ? Array.from({ length: 4 }, () =>
            random
              .int(0, 2 ** 32 - 1)
              .toString(16)
              .padStart(8, '0'),
          ).join('')
        : '',
    };
  }

  #account(windowStart: number, service: string): TestRow {
    const random = this.#random;
    const seen = random.chance(0.4);
    const [event, unit, reasons] = seen ? (['attribution.span.seen', '{span}', ['']] as const) : random.pick(accounts);
    const reason = random.pick(reasons);
    const value = random.pick([1, 1, 2, 3, 10]);
    return {
      windowStart,
      service,
      originService: service,
      origin: '(self)',
      target: ACCOUNTS_TARGET,
      event,
      unit,
      attributes: reason === '' ? '' : attributesOf([['reason', reason]]),
      value,
      count: 1,
      samples: 1,
      min: value,
      max: value,
      exemplarTraceId: '',
    };
  }

  #key(some: readonly string[], measured: typeof measures, names: readonly string[]): Key {
    const random = this.#random;
    const origin = random.pick(some);
    const pairs = random
      .some(names, random.pick([0, 0, 1, 1, 2, 3]))
      .map((name) => [name, random.pick(attributeValues)] as const);
    // Mostly named where it runs; else inherited from a caller.
    const originService = random.chance(0.8) ? undefined : random.pick([...this.#services, '']);
    const shared = { originService, origin, attributes: attributesOf(pairs) };
    if (random.chance(0.3)) return { ...shared, target: undefined, event: random.pick(entryEvents), unit: 's' };
    if (random.chance(0.1)) return { ...shared, target: undefined, event: random.pick(serverEvents), unit: 's' };
    const [target, event, unit] = random.pick(measured);
    return { ...shared, target, event, unit };
  }

  #number(): number {
    const random = this.#random;
    if (this.#numbers === 'real') return random.chance(0.05) ? 0 : random.real() * 10 ** random.int(-6, 6);
    // Few values, so that places in an order are tied.
    const k = random.chance(0.4) ? random.pick([0, 256, 512, 1024, 1024, 2048]) : random.int(0, 2 ** random.int(4, 22));
    return (this.#numbers === 'signed' && random.chance(0.4) ? -k : k) / 1024;
  }

  #count(): number {
    const random = this.#random;
    if (random.chance(0.1)) return 0;
    const whole = random.int(1, 20);
    if (random.chance(0.8)) return whole;
    // Weights of sampled spans.
    return this.#numbers === 'real' ? whole / (0.05 + random.real()) : whole + random.int(0, 3) / 4;
  }

  #uniqueMax(): number {
    for (;;) {
      const max = this.#numbers === 'real' ? this.#random.real() * 1e3 : this.#random.int(0, 2 ** 22) / 1024;
      if (this.#sampled.has(max)) continue;
      this.#sampled.add(max);
      return max;
    }
  }
}
