/** Sums that come from another engine: the same rows as if they had been measured here. */
import { describe, expect, it } from 'vitest';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { type SealedPart, seal } from '../../../src/core/aggregate/seal.ts';
import { SumTable } from '../../../src/core/aggregate/sum-table.ts';
import type { Row } from '../../../src/core/row.ts';
import { addPartRows } from '../../../src/engine/add-part.ts';
import { decodePartSync, encodePartSync, rowsOf } from '../../../src/parts/part-codec.ts';

class Book {
  readonly dictionary = new Dictionary();
  readonly table: SumTable;
  readonly windowSeconds: number;
  #parts = 0;

  constructor(windowSeconds = 60) {
    this.windowSeconds = windowSeconds;
    this.table = new SumTable({ dictionary: this.dictionary, windowSeconds });
  }

  add(window: number, origin: string, target: string, event: string, value: number, trace = ''): void {
    const by = this.dictionary.origin('shop', 'web', origin, '{"tenant":"acme"}');
    this.table.add(window, by, this.dictionary.measure(target, event, 's'), value, 1, trace);
  }

  part(): Uint8Array {
    const options = { instance: 'i', nextSequence: () => ++this.#parts, sealedAt: 0, package: '0', mapping: 'm' };
    const parts = [...seal(this.table.rotate(), options)].filter((part): part is SealedPart => part !== undefined);
    expect(parts).toHaveLength(1);
    return encodePartSync(parts[0]!).body;
  }

  rows(): Omit<Row, 'partId' | 'row' | 'sealedAt'>[] {
    return [...rowsOf(decodePartSync(this.part()))].map(({ partId: _, row: __, sealedAt: ___, ...rest }) => rest);
  }
}

function fill(...books: Book[]): void {
  const DB = ['postgresql://db/shop', 'db.client.operation.duration'] as const;
  for (const [i, book] of [...books, ...books].entries()) {
    book.add(7, 'GET /a', ...DB, 0.25 * (i + 1), 'a'.repeat(32));
    book.add(8, 'GET /b', ...DB, 3);
  }
}

describe('a part of another engine', () => {
  it('adds up to the same rows', () => {
    const [one, other, all] = [new Book(), new Book(), new Book()];
    fill(one, other);
    fill(all, all);
    addPartRows(decodePartSync(other.part()), one);
    expect(one.rows()).toEqual(all.rows());
  });

  it('keeps the time where its windows are of another width', () => {
    const [narrow, wide] = [new Book(10), new Book(60)];
    narrow.add(13, 'GET /a', 't', 'e', 1);
    addPartRows(decodePartSync(narrow.part()), wide);
    expect(wide.rows().map(({ windowStart, windowSeconds }) => [windowStart, windowSeconds])).toEqual([[120_000, 60]]);
  });

  it('brings its accounts, but not those of its parts, which end here', () => {
    const [one, other] = [new Book(), new Book()];
    other.add(7, '(self)', 'otel-attribution', 'attribution.span.seen', 5);
    other.add(7, '(self)', 'otel-attribution', 'attribution.part.sealed', 1);
    addPartRows(decodePartSync(other.part()), one);
    expect(one.rows().map(({ event, value }) => [event, value])).toEqual([['attribution.span.seen', 5]]);
  });
});
