import { mergeAttributes } from '../attributes.ts';
import { limits } from '../limits.ts';
import { PART_VERSION, type PartColumns, type RowCells, rowCells } from '../part-columns.ts';
import type { Measure, Origin } from './dictionary.ts';
import type { FrozenRow } from './frozen-table.ts';

/** Upper bound of the text of one row's numbers: 14 columns, of them 5 doubles of up to 24 characters. */
const ROW_BYTES_MAX = 256;

export type PartHeader = Pick<PartColumns, 'part' | 'sealedAt' | 'instance' | 'startedAt' | 'package' | 'mapping'>;

/** Indices into `strs` of one origin or measure, in the order of its columns, and its place among its kind in this part. */
interface Cells {
  readonly local: number;
  readonly attributes: string;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Builds the JSON of one part row by row: columns are written as text a batch at a time, so that finishing is short too. */
export class PartBuilder {
  rows = 0;
  /** Bytes of everything written so far, and the bound of what is pending. */
  bytes = 512;
  /** Strings not yet written, as JSON. */
  readonly #strs: string[] = [];
  readonly #writtenStrs: string[] = [];
  readonly #strIndex = new Map<string, number>();
  readonly #origins = new Map<number, Cells>();
  readonly #measures = new Map<number, Cells>();
  readonly #attributes = new Map<number, number>();
  readonly #pending: Record<keyof RowCells, (number | null)[]>;
  readonly #written: Record<keyof RowCells, string[]>;
  readonly #windowSeconds: number;
  #pendingRows = 0;

  constructor(windowSeconds: number) {
    this.#windowSeconds = windowSeconds;
    this.#pending = emptyCells();
    this.#written = emptyCells();
  }

  /** Adds a row; false, and nothing is added, when the part would exceed `maxBytes`. The first row always fits. */
  add(row: FrozenRow, maxBytes: number): boolean {
    const { origin, measure } = row;
    const strings = this.#strs.length;
    const before = this.bytes;
    const o = this.#origins.get(origin.id) ?? this.#originCells(origin);
    const m = this.#measures.get(measure.id) ?? this.#measureCells(measure);
    const attributes = this.#attributesIndex(o, m);
    const exemplar = this.#string(row.traceId);
    this.bytes += ROW_BYTES_MAX;
    if (this.bytes > maxBytes && this.rows > 0) {
      // The strings just added are dropped again; the part is finished next, so the other maps need no repair.
      this.#strs.length = strings;
      this.bytes = before;
      return false;
    }
    const p = this.#pending;
    p.ws.push(row.window * this.#windowSeconds * 1000);
    p.service.push(o.a);
    p.originService.push(o.b);
    p.origin.push(o.c);
    p.target.push(m.a);
    p.event.push(m.b);
    p.unit.push(m.c);
    p.attributes.push(attributes);
    p.value.push(row.value);
    p.count.push(row.count);
    p.samples.push(row.samples);
    p.min.push(row.min);
    p.max.push(row.max);
    p.exemplar.push(exemplar);
    this.rows++;
    this.#pendingRows++;
    return true;
  }

  /** Writes the pending rows as text. */
  flush(): void {
    if (this.#pendingRows === 0) return;
    this.bytes -= this.#pendingRows * ROW_BYTES_MAX;
    this.#pendingRows = 0;
    this.#writtenStrs.push(this.#strs.join(','));
    this.#strs.length = 0;
    for (const { json: name } of rowCells) {
      const text = JSON.stringify(this.#pending[name]).slice(1, -1);
      this.#pending[name].length = 0;
      this.#written[name].push(text);
      this.bytes += text.length + 1;
    }
  }

  /** The pieces of the JSON; joined, they are a `PartColumns`. */
  finish(header: PartHeader, final: boolean): string[] {
    this.flush();
    const { part, sealedAt, instance, startedAt, mapping } = header;
    const head = {
      v: PART_VERSION,
      lane: 'sum',
      part,
      sealedAt,
      instance,
      startedAt,
      package: header.package,
      mapping,
    };
    const pieces = [JSON.stringify(final ? { ...head, final } : head).slice(0, -1), `,"n":${this.rows},"strs":[`];
    for (const text of this.#writtenStrs) if (text !== '') pieces.push(pieces.length === 2 ? text : `,${text}`);
    pieces.push(`],"wsec":${this.#windowSeconds}`);
    for (const { json: name } of rowCells) {
      pieces.push(`,"${name}":[`);
      for (const [i, text] of this.#written[name].entries()) pieces.push(i === 0 ? text : `,${text}`);
      pieces.push(']');
    }
    pieces.push('}');
    return pieces;
  }

  #originCells(origin: Origin): Cells {
    const { service, originService, attributes } = origin;
    const cells = {
      local: this.#origins.size,
      attributes,
      a: this.#string(service),
      b: this.#string(originService),
      c: this.#string(origin.origin),
    };
    this.#origins.set(origin.id, cells);
    return cells;
  }

  #measureCells(measure: Measure): Cells {
    const { target, event, unit, attributes } = measure;
    const cells = {
      local: this.#measures.size,
      attributes,
      a: this.#string(target),
      b: this.#string(event),
      c: this.#string(unit),
    };
    this.#measures.set(measure.id, cells);
    return cells;
  }

  /** Merged once per pair: rows of one origin and one measure differ only in their window. */
  #attributesIndex(o: Cells, m: Cells): number {
    if (o.attributes === '' && m.attributes === '') return this.#string('');
    const pair = o.local * 2 ** 26 + m.local;
    const known = this.#attributes.get(pair);
    if (known !== undefined) return known;
    const index = this.#string(mergeAttributes(o.attributes, m.attributes, limits));
    this.#attributes.set(pair, index);
    return index;
  }

  #string(text: string): number {
    const known = this.#strIndex.get(text);
    if (known !== undefined) return known;
    const index = this.#strIndex.size;
    const json = JSON.stringify(text);
    this.#strs.push(json);
    this.#strIndex.set(text, index);
    this.bytes += utf8Bytes(json) + 1;
    return index;
  }
}

const emptyCells = <T>() =>
  Object.fromEntries(rowCells.map(({ json }): [string, T[]] => [json, []])) as Record<keyof RowCells, T[]>;

/** Of well-formed text, which `JSON.stringify` always gives: lone surrogates are escaped. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes: two bytes each.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}
