import { limits } from '../limits.ts';
import type { FrozenTable } from './frozen-table.ts';
import { PartBuilder } from './part-builder.ts';

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
  /** When the instance began to record, milliseconds since the Unix epoch. */
  readonly startedAt?: number;
  /** Version of this package. */
  readonly package: string;
  /** Hash of the mapping. */
  readonly mapping: string;
  /** The instance ends with this table: its last part says so, and is made even if there are no rows. */
  readonly final?: boolean;
  readonly limits?: { readonly partRows?: number; readonly partBytes?: number };
}

/** A step handles so many rows, fewer when their strings are long: well below a millisecond. */
const STEP_ROWS = 256;
const STEP_BYTES = 96 * 1024;
/** Ids looked at in one step of the dictionary's sweep. */
const STEP_IDS = 2048;

/**
 * Turns a frozen table into parts, in short steps: each `next()` does a bounded piece of work at any table size and gives a
 * part or, when there is more to do, nothing. After the last part it sweeps the dictionary. The caller releases the table.
 */
export function* seal(frozen: FrozenTable, options: SealOptions): Generator<SealedPart | undefined, void> {
  const partRows = Math.max(1, options.limits?.partRows ?? limits.partRows);
  const maxBytes = options.limits?.partBytes ?? limits.partBytes;
  let builder = new PartBuilder(frozen.windowSeconds);
  let row = 0;
  while (row < frozen.size) {
    const stop = Math.min(row + STEP_ROWS, frozen.size, row + partRows - builder.rows);
    const stepBytes = builder.bytes + STEP_BYTES;
    while (row < stop && builder.bytes < stepBytes && builder.add(frozen.row(row), maxBytes)) row++;
    const partFull = builder.rows === partRows || (row < stop && builder.bytes < stepBytes);
    builder.flush();
    if (row === frozen.size || !partFull) {
      yield;
      continue;
    }
    yield finish(builder, options, false);
    builder = new PartBuilder(frozen.windowSeconds);
  }
  const final = options.final === true;
  if (builder.rows > 0 || final) yield finish(builder, options, final);
  while (!final && !frozen.dictionary.sweep(STEP_IDS)) yield;
}

function finish(builder: PartBuilder, options: SealOptions, final: boolean): SealedPart {
  const { instance, sealedAt, startedAt, mapping } = options;
  const sequence = options.nextSequence();
  const id = `${instance}-${sequence}`;
  const header = {
    part: id,
    sealedAt,
    instance,
    ...(startedAt !== undefined && { startedAt }),
    package: options.package,
    mapping,
  };
  return { id, sequence, rows: builder.rows, sealedAt, json: builder.finish(header, final) };
}
