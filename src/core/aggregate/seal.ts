import { limits } from '../limits.ts';
import { type FrozenTable, totalOf } from './frozen-table.ts';
import { PartBuilder } from './part-builder.ts';
import {
  CHUNK_MASK,
  CHUNK_SHIFT,
  COMPENSATION,
  COUNT,
  MAX,
  MEASURE,
  MIN,
  ORIGIN,
  ROW_INTS,
  ROW_REALS,
  SAMPLES,
  VALUE,
  WINDOW,
} from './rows.ts';

/** A part before compression. */
export interface SealedPart {
  /** `<instance>-<sequence>` */
  readonly id: string;
  readonly sequence: number;
  readonly rows: number;
  /** Milliseconds since the Unix epoch. */
  readonly sealedAt: number;
  /** Joined: the JSON of one `PartColumns`, without a byte of white space. */
  readonly json: string[];
}

export interface SealOptions {
  readonly instance: string;
  readonly nextSequence: () => number;
  /** Milliseconds since the Unix epoch. */
  readonly sealedAt: number;
  /** Version of this package. */
  readonly package: string;
  /** Hash of the mapping. */
  readonly mapping: string;
  /** The instance ends with this table: its last part says so, and is made even if there are no rows. */
  readonly final?: boolean;
  readonly limits?: { readonly partRows?: number; readonly partBytes?: number };
}

/** A step handles so many rows, fewer when their strings are long: well below a millisecond. */
const STEP_ROWS = 512;
const STEP_BYTES = 128 * 1024;
/** Ids looked at in one step of the dictionary's sweep. */
const STEP_IDS = 2048;

/**
 * Turns a frozen table into parts, in short steps: each `next()` does a bounded piece of work at any table size and gives a
 * part or, when there is more to do, nothing. After the last part it sweeps the dictionary. The caller releases the table.
 */
export function* seal(frozen: FrozenTable, options: SealOptions): Generator<SealedPart | undefined, void> {
  const partRows = Math.max(1, options.limits?.partRows ?? limits.partRows);
  const maxBytes = options.limits?.partBytes ?? limits.partBytes;
  let builder = new PartBuilder();
  let row = 0;
  while (row < frozen.size) {
    const stop = Math.min(row + STEP_ROWS, frozen.size, row + partRows - builder.rows);
    const stepBytes = builder.bytes + STEP_BYTES;
    while (row < stop && builder.bytes < stepBytes && addRow(builder, frozen, row, maxBytes)) row++;
    const partFull = builder.rows === partRows || (row < stop && builder.bytes < stepBytes);
    builder.flush();
    if (row === frozen.size || !partFull) {
      yield;
      continue;
    }
    yield finish(builder, frozen, options, false);
    builder = new PartBuilder();
  }
  const final = options.final === true;
  if (builder.rows > 0 || final) yield finish(builder, frozen, options, final);
  while (!final && !frozen.dictionary.sweep(STEP_IDS)) yield;
}

function addRow(builder: PartBuilder, frozen: FrozenTable, row: number, maxBytes: number): boolean {
  const chunks = frozen.chunks;
  const ints = chunks.ints[row >>> CHUNK_SHIFT]!;
  const reals = chunks.reals[row >>> CHUNK_SHIFT]!;
  const at = (row & CHUNK_MASK) * ROW_INTS;
  const r = (row & CHUNK_MASK) * ROW_REALS;
  const samples = reals[r + SAMPLES]!;
  return builder.add(
    (ints[at + WINDOW]! >>> 0) * frozen.windowSeconds * 1000,
    // Ids are given to nobody else before `release`.
    frozen.dictionary.originById(ints[at + ORIGIN]!)!,
    frozen.dictionary.measureById(ints[at + MEASURE]!)!,
    chunks.traceId(row),
    [
      totalOf(reals[r + VALUE]!, reals[r + COMPENSATION]!),
      reals[r + COUNT]!,
      samples,
      samples > 0 ? reals[r + MIN]! : null,
      samples > 0 ? reals[r + MAX]! : null,
    ],
    maxBytes,
  );
}

function finish(builder: PartBuilder, frozen: FrozenTable, options: SealOptions, final: boolean): SealedPart {
  const { instance, sealedAt, mapping } = options;
  const sequence = options.nextSequence();
  const id = `${instance}-${sequence}`;
  const header = { part: id, sealedAt, instance, package: options.package, mapping, wsec: frozen.windowSeconds };
  return { id, sequence, rows: builder.rows, sealedAt, json: builder.finish(header, final) };
}
