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
  readonly #seenAt = new Map<string, number>();
  #extents: Extent[] = [];
  #flat: readonly Row[] | undefined;

  constructor(keys: number) {
    this.#keys = keys;
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
    this.#extents.push({ rows: added, ingestedAt, tags: [], sequence: (this.#extents.at(-1)?.sequence ?? 0) + 1 });
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
  readonly extents: readonly Extent[] = [];
  readonly #keys: number;
  #aggregates: readonly ViewAggregate[];
  readonly #byKey = new Map<string, Value[]>();
  #flat: readonly Row[] | undefined;

  constructor(keys: number, aggregates: readonly ViewAggregate[]) {
    this.#keys = keys;
    this.#aggregates = aggregates;
  }

  /** New arrays each time they changed: whoever holds old ones keeps what was true then. */
  get rows(): readonly Row[] {
    this.#flat ??= Array.from(this.#byKey.values(), (row) => [...row]);
    return this.#flat;
  }

  setAggregates(aggregates: readonly ViewAggregate[]): void {
    this.#aggregates = aggregates;
  }

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const key = keyOf(row, this.#keys);
      const merged = this.#byKey.get(key);
      if (merged === undefined) this.#byKey.set(key, [...row]);
      else this.#merge(merged, row);
    }
    this.#flat = undefined;
  }

  widen(columns: readonly Column[]): void {
    for (const row of this.#byKey.values()) row.push(...columns.slice(row.length).map(({ type }) => emptyValue(type)));
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
