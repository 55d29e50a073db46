/** What a materialized view holds: rows that are added once (`take_any(*)`), or rows that are merged with what comes later. */
import type { Extent } from './database.ts';
import { type Column, emptyValue, type Row, type Value } from './values.ts';
import type { ViewAggregate } from './view-definition.ts';

/** Keys come first in a row of a view. */
export function keyOf(row: Row, keys: number): string {
  return JSON.stringify(row.slice(0, keys), (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/**
 * Keeps the first row of a key and when it was ingested. A row of the same key that is ingested later than `lookback` after it is not
 * recognised: it is added, and counted again by the views above. That is the documented limit of the real service.
 */
export class DedupRows {
  readonly #keys: number;
  readonly #seenAt: Map<string, number>;
  #extents: Extent[] = [];
  #lastSequence = 0;
  #flat: readonly Row[] | undefined;

  constructor(keys: number, seenAt: ReadonlyMap<string, number> = new Map()) {
    this.#keys = keys;
    this.#seenAt = new Map(seenAt);
  }

  /** Another one, which what is added to does not change this one. */
  copy(): DedupRows {
    const copy = new DedupRows(this.#keys, this.#seenAt);
    copy.#extents = [...this.#extents];
    copy.#lastSequence = this.#lastSequence;
    return copy;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  get rows(): readonly Row[] {
    this.#flat ??= this.#extents.flatMap(({ rows }) => rows);
    return this.#flat;
  }

  get extents(): readonly Extent[] {
    return this.#extents;
  }

  add(rows: readonly Row[], ingestedAt: number, lookback: number | undefined): void {
    const added: Row[] = [];
    for (const row of rows) {
      const key = keyOf(row, this.#keys);
      const seenAt = this.#seenAt.get(key);
      if (seenAt !== undefined && (lookback === undefined || ingestedAt - seenAt <= lookback)) continue;
      this.#seenAt.set(key, ingestedAt);
      added.push(row);
    }
    if (added.length === 0) return;
    this.#lastSequence += 1;
    this.#extents.push({ rows: added, ingestedAt, tags: [], sequence: this.#lastSequence });
    this.#flat = undefined;
  }

  /** Retention. A row that is gone is not recognised any more either. */
  dropBefore(at: number): void {
    this.#extents = this.#extents.filter(({ ingestedAt }) => ingestedAt >= at);
    for (const [key, seenAt] of this.#seenAt) if (seenAt < at) this.#seenAt.delete(key);
    this.#flat = undefined;
  }

  widen(columns: readonly Column[]): void {
    const wider = (row: Row) => [...row, ...columns.slice(row.length).map(({ type }) => emptyValue(type))];
    this.#extents = this.#extents.map((extent) => ({ ...extent, rows: extent.rows.map(wider) }));
    this.#flat = undefined;
  }
}

/** One row per key: sums are added, extremes compared. */
export class MergedRows {
  /** No view can stand on this one. */
  readonly extents: readonly Extent[] = [];
  readonly lastSequence = 0;
  readonly #keys: number;
  #aggregates: readonly ViewAggregate[];
  readonly #byKey = new Map<string, { row: Value[]; changedAt: number }>();
  #flat: readonly Row[] | undefined;

  constructor(keys: number, aggregates: readonly ViewAggregate[]) {
    this.#keys = keys;
    this.#aggregates = aggregates;
  }

  /** New arrays each time they changed: whoever holds old ones keeps what was true then. */
  get rows(): readonly Row[] {
    this.#flat ??= Array.from(this.#byKey.values(), ({ row }) => [...row]);
    return this.#flat;
  }

  copy(): MergedRows {
    const copy = new MergedRows(this.#keys, this.#aggregates);
    for (const [key, { row, changedAt }] of this.#byKey) copy.#byKey.set(key, { row: [...row], changedAt });
    return copy;
  }

  setAggregates(aggregates: readonly ViewAggregate[]): void {
    this.#aggregates = aggregates;
  }

  add(rows: readonly Row[], ingestedAt: number): void {
    for (const row of rows) {
      const key = keyOf(row, this.#keys);
      const merged = this.#byKey.get(key);
      if (merged === undefined) this.#byKey.set(key, { row: [...row], changedAt: ingestedAt });
      else {
        this.#merge(merged.row, row);
        merged.changedAt = ingestedAt;
      }
    }
    this.#flat = undefined;
  }

  /** Retention goes by when a row was last written. */
  dropBefore(at: number): void {
    for (const [key, { changedAt }] of this.#byKey) if (changedAt < at) this.#byKey.delete(key);
    this.#flat = undefined;
  }

  widen(columns: readonly Column[]): void {
    for (const { row } of this.#byKey.values()) {
      row.push(...columns.slice(row.length).map(({ type }) => emptyValue(type)));
    }
    this.#flat = undefined;
  }

  #merge(into: Value[], row: Row): void {
    let at = this.#keys;
    for (const { name, arguments: args } of this.#aggregates) {
      const width = name.startsWith('arg_') || name === 'take_any' ? args.length : 1;
      if (name.startsWith('sum') || name.startsWith('count')) into[at] = sum(into[at]!, row[at]!);
      else if (wins(name, row[at]!, into[at]!)) {
        for (let i = at; i < at + width; i++) into[i] = row[i]!;
      }
      at += width;
    }
  }
}

function sum(a: Value, b: Value): Value {
  if (a === null || b === null) return a ?? b;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return BigInt(a as bigint) + BigInt(b as bigint);
}

/** Whether the new value takes the place of the old one; null never does, and of equals the first stays. */
function wins(name: string, value: Value, old: Value): boolean {
  if (name === 'take_any' || value === null) return false;
  if (old === null) return true;
  return name.startsWith('max') || name === 'arg_max' ? value > old : value < old;
}
