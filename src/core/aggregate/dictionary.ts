import { limits } from '../limits.ts';
import type { MeasureKey, OriginKey } from '../model.ts';
import { Entry, Interner } from './interner.ts';

/** An interned (target, event, unit, attributes). Made by `Dictionary.measure` only. */
export class Measure extends Entry<Measure> implements MeasureKey {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly attributes: string;
  /** Where calls to the target are counted, once there was one: see `TargetCalls`. */
  calls: { n: number } | undefined = undefined;

  constructor(target: string, event: string, unit: string, attributes: string) {
    super();
    this.target = target;
    this.event = event;
    this.unit = unit;
    this.attributes = attributes;
  }

  first(): string {
    return this.target;
  }
  second(): string {
    return this.event;
  }
  third(): string {
    return this.unit;
  }
  fourth(): string {
    return this.attributes;
  }
}

/** An interned (service, origin service, origin, attributes). Made by `Dictionary.origin` only. */
export class Origin extends Entry<Origin> implements OriginKey {
  readonly service: string;
  readonly originService: string;
  readonly origin: string;
  readonly attributes: string;

  constructor(service: string, originService: string, origin: string, attributes: string) {
    super();
    this.service = service;
    this.originService = originService;
    this.origin = origin;
    this.attributes = attributes;
  }

  first(): string {
    return this.origin;
  }
  second(): string {
    return this.service;
  }
  third(): string {
    return this.originService;
  }
  fourth(): string {
    return this.attributes;
  }
}

export interface DictionaryOptions {
  /** Longest string of a key, in UTF-16 code units; default `limits.nameChars`. Canonical attributes are not cut: cutting breaks JSON. */
  readonly nameChars?: number;
  /** A string of a new key was longer and has been cut. */
  readonly onCut?: () => void;
}

/**
 * Interns keys: the same object for the same strings, with small integer ids that tables use in their rows.
 *
 * Strings of dead rows are forgotten. Every table generation (from one rotation to the next) is an epoch; an entry is
 * stamped with the epoch of each generation that takes it into a row. It is forgotten once all generations up to its
 * stamp are released and two rotations went by without it; only then is its id given to another entry, so an id means
 * one thing in every table that is still read. A forgotten object stays usable: `add` interns it again.
 */
export class Dictionary {
  readonly #measures = new Interner<Measure>();
  readonly #origins = new Interner<Origin>();
  readonly #open = new Set<number>();
  readonly #nameChars: number;
  readonly #onCut: (() => void) | undefined;
  #epoch = 0;
  #cursor = 0;

  constructor(options: DictionaryOptions = {}) {
    this.#nameChars = options.nameChars ?? limits.nameChars;
    this.#onCut = options.onCut;
  }

  /** Interned keys, both kinds. */
  get size(): number {
    return this.#measures.size + this.#origins.size;
  }

  measure(target: string, event: string, unit: string, attributes = ''): Measure {
    const known = this.#findMeasure(target, event, unit, attributes);
    if (known !== undefined) return known;
    const max = this.#nameChars;
    if (target.length > max || event.length > max || unit.length > max) {
      return this.#cutMeasure(target, event, unit, attributes);
    }
    return this.#insert(this.#measures, new Measure(target, event, unit, attributes));
  }

  origin(service: string, originService: string, origin: string, attributes = ''): Origin {
    const known = this.#findOrigin(service, originService, origin, attributes);
    if (known !== undefined) return known;
    const max = this.#nameChars;
    if (service.length > max || originService.length > max || origin.length > max) {
      return this.#cutOrigin(service, originService, origin, attributes);
    }
    return this.#insert(this.#origins, new Origin(service, originService, origin, attributes));
  }

  /** The interned object for the strings of `measure`: itself, or the one that took its place, or itself interned again. */
  currentMeasure(measure: Measure): Measure {
    if (measure.id >= 0) return measure;
    if (measure.link !== undefined && measure.link.id >= 0) return measure.link;
    const known = this.#findMeasure(measure.target, measure.event, measure.unit, measure.attributes);
    if (known === undefined) return this.#insert(this.#measures, measure);
    measure.link = known;
    return known;
  }

  currentOrigin(origin: Origin): Origin {
    if (origin.id >= 0) return origin;
    if (origin.link !== undefined && origin.link.id >= 0) return origin.link;
    const known = this.#findOrigin(origin.service, origin.originService, origin.origin, origin.attributes);
    if (known === undefined) return this.#insert(this.#origins, origin);
    origin.link = known;
    return known;
  }

  measureById(id: number): Measure | undefined {
    return this.#measures.byId(id);
  }

  originById(id: number): Origin | undefined {
    return this.#origins.byId(id);
  }

  /** A table generation starts; the result stamps the entries it uses. */
  openEpoch(): number {
    this.#open.add(++this.#epoch);
    return this.#epoch;
  }

  /** No row of that generation will be read again. */
  closeEpoch(epoch: number): void {
    this.#open.delete(epoch);
  }

  /**
   * Looks at the next `ids` ids and forgets what is dead. True when a pass over all of them is complete.
   * One step is bounded by `ids`; a pass after each rotation keeps the dictionary near what is alive.
   */
  sweep(ids: number): boolean {
    let oldest = this.#epoch - 1;
    for (const epoch of this.#open) if (epoch < oldest) oldest = epoch;
    const end = this.#cursor + ids;
    for (; this.#cursor < end; this.#cursor++) {
      if (this.#cursor >= this.#measures.ids && this.#cursor >= this.#origins.ids) {
        this.#cursor = 0;
        return true;
      }
      const measure = this.#measures.byId(this.#cursor);
      if (measure !== undefined && measure.used < oldest) this.#measures.remove(measure);
      const origin = this.#origins.byId(this.#cursor);
      if (origin !== undefined && origin.used < oldest) this.#origins.remove(origin);
    }
    return false;
  }

  // Two copies of one loop: each sees one class only, which halves the time of a lookup.
  #findMeasure(target: string, event: string, unit: string, attributes: string): Measure | undefined {
    let entry = this.#measures.head(target);
    for (; entry !== undefined; entry = entry.link) {
      if (entry.event === event && entry.unit === unit && entry.attributes === attributes) return entry;
    }
    return this.#measures.tree(target, event, unit, attributes);
  }

  #findOrigin(service: string, originService: string, origin: string, attributes: string): Origin | undefined {
    let entry = this.#origins.head(origin);
    for (; entry !== undefined; entry = entry.link) {
      if (entry.service === service && entry.originService === originService && entry.attributes === attributes) {
        return entry;
      }
    }
    return this.#origins.tree(origin, service, originService, attributes);
  }

  #insert<T extends Entry<T>>(interner: Interner<T>, entry: T): T {
    entry.used = Math.max(entry.used, this.#epoch);
    interner.insert(entry);
    return entry;
  }

  #cutMeasure(target: string, event: string, unit: string, attributes: string): Measure {
    const max = this.#nameChars;
    const [t, e, u] = [cut(target, max), cut(event, max), cut(unit, max)];
    const known = this.#findMeasure(t, e, u, attributes);
    if (known !== undefined) return known;
    this.#onCut?.();
    return this.#insert(this.#measures, new Measure(t, e, u, attributes));
  }

  #cutOrigin(service: string, originService: string, origin: string, attributes: string): Origin {
    const max = this.#nameChars;
    const [s, os, o] = [cut(service, max), cut(originService, max), cut(origin, max)];
    const known = this.#findOrigin(s, os, o, attributes);
    if (known !== undefined) return known;
    this.#onCut?.();
    return this.#insert(this.#origins, new Origin(s, os, o, attributes));
  }
}

const CUT_MARK = '…';

/** At most `max` code units, the last of them a mark; never half of a surrogate pair. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = Math.max(0, max - CUT_MARK.length);
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end--;
  // Joined from single characters: a slice would keep the whole long string alive.
  return [...text.slice(0, end).split(''), CUT_MARK].join('');
}
