/**
 * A part on disk and on the wire: one zstd frame (level 1, with content checksum) holding the JSON of `PartColumns`.
 * The checksum (low 32 bits of XXH64 over the content, the last four bytes of the frame) is what guards a file: `decodePart` takes
 * no frame without one, so a flipped bit is either found or changes nothing.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { SealedPart } from '../core/aggregate/seal.ts';
import { AttributionError } from '../core/errors.ts';
import type { Part } from '../core/model.ts';
import type { PartColumns } from '../core/part-columns.ts';
import type { Row } from '../core/row.ts';
import { validateColumns } from './part-validate.ts';

const compress = promisify(zlib.zstdCompress);
const decompress = promisify(zlib.zstdDecompress);

/** Largest JSON a reader expands: far above what `limits.partBytes` lets a writer make, far below what would hurt. */
const EXPANDED_BYTES_MAX = 64 * 1024 * 1024;
/** Pieces are turned into bytes about this many characters at a time, so that no turn is long. */
const TURN_CHARS = 512 * 1024;

// One chunk holds a usual part, so zlib calls back into the loop once.
const compressOptions = {
  chunkSize: 256 * 1024,
  params: { [zlib.constants.ZSTD_c_compressionLevel]: 1, [zlib.constants.ZSTD_c_checksumFlag]: 1 },
};
const decompressOptions = { chunkSize: 1024 * 1024, maxOutputLength: EXPANDED_BYTES_MAX };

/** Compresses off the main thread; only the conversion to bytes runs here, in small turns. */
export async function encodePart(sealed: SealedPart): Promise<Part> {
  return partOf(sealed, await compress(await toBytes(sealed.json), compressOptions));
}

/** For `process.on('exit')`. */
export function encodePartSync(sealed: SealedPart): Part {
  return partOf(sealed, zlib.zstdCompressSync(sealed.json.join(''), compressOptions));
}

/**
 * @throws AttributionError `ATTR_PART_CORRUPT` when the bytes are not a whole, valid part;
 * `ATTR_PART_VERSION` when a newer release wrote them.
 */
export async function decodePart(bytes: Uint8Array, name = 'part'): Promise<PartColumns> {
  checkFrame(bytes, name);
  let json: Buffer;
  try {
    json = await decompress(bytes, decompressOptions);
  } catch (cause) {
    throw unreadable(name, cause);
  }
  const value = parse(json, name);
  // Parsing and checking a full part take some milliseconds each: others may run between the two.
  await nextTurn();
  return validateColumns(value, name);
}

/** The same in one turn: for exit handlers and command line tools. */
export function decodePartSync(bytes: Uint8Array, name = 'part'): PartColumns {
  checkFrame(bytes, name);
  let json: Buffer;
  try {
    json = zlib.zstdDecompressSync(bytes, decompressOptions);
  } catch (cause) {
    throw unreadable(name, cause);
  }
  return validateColumns(parse(json, name), name);
}

/** When its run began to record. What does not say so began with the earliest window it knows. */
export function startOf({ startedAt, ws, sealedAt }: PartColumns): number {
  return startedAt ?? ws.reduce((earliest, start) => Math.min(earliest, start), sealedAt);
}

/** The rows of a part, in order; `row` is the index within the part. */
export function* rowsOf(columns: PartColumns): Generator<Row, void, undefined> {
  for (let row = 0; row < columns.n; row++) yield rowAt(columns, row);
}

/** One row; `row` is below `n`. */
export function rowAt(columns: PartColumns, row: number): Row {
  const strs = columns.strs;
  return {
    partId: columns.part,
    row,
    sealedAt: columns.sealedAt,
    windowStart: columns.ws[row]!,
    windowSeconds: columns.wsec,
    service: strs[columns.service[row]!]!,
    originService: strs[columns.originService[row]!]!,
    origin: strs[columns.origin[row]!]!,
    target: strs[columns.target[row]!]!,
    event: strs[columns.event[row]!]!,
    unit: strs[columns.unit[row]!]!,
    value: columns.value[row]!,
    count: columns.count[row]!,
    samples: columns.samples[row]!,
    min: columns.min[row]!,
    max: columns.max[row]!,
    exemplarTraceId: strs[columns.exemplar[row]!]!,
    attributes: strs[columns.attributes[row]!]!,
  };
}

/** A part as the pipeline hands it on, from the bytes of a file. Decodes once to learn its identity. */
export async function partFromBytes(body: Uint8Array, name = 'part'): Promise<Part> {
  const { part: id, instance, sealedAt, n: rows } = await decodePart(body, name);
  return { id, instance, sequence: Number(id.slice(instance.length + 1)), sealedAt, rows, body };
}

function partOf(sealed: SealedPart, compressed: Uint8Array): Part {
  const { id, sequence, sealedAt, rows } = sealed;
  // What zlib returns is the begin of a whole chunk, which would stay in memory with it, and go along to other threads.
  const body = Buffer.from(new Uint8Array(compressed).buffer);
  return { id, instance: id.slice(0, id.length - String(sequence).length - 1), sequence, sealedAt, rows, body };
}

async function toBytes(pieces: readonly string[]): Promise<Buffer> {
  const buffers: Buffer[] = [];
  let chars = 0;
  let carried = '';
  for (const [i, next] of pieces.entries()) {
    let piece = carried + next;
    carried = '';
    // A pair of surrogates may be cut by the end of a piece: its halves are no text on their own.
    if (i < pieces.length - 1 && (piece.charCodeAt(piece.length - 1) & 0xfc00) === 0xd800) {
      carried = piece.slice(-1);
      piece = piece.slice(0, -1);
    }
    buffers.push(Buffer.from(piece));
    chars += piece.length;
    if (chars < TURN_CHARS) continue;
    chars = 0;
    await nextTurn();
  }
  return buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers);
}

/** RFC 8878: magic number, then the frame header descriptor with bit 2 = content checksum, bit 3 reserved (zero). */
function checkFrame(bytes: Uint8Array, name: string): void {
  const magic = bytes.length >= 9 && bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  if (magic && (bytes[4]! & 0b1100) === 0b0100) return;
  const found = magic
    ? 'its zstd frame has no content checksum'
    : `it does not begin with a zstd frame (${bytes.length} bytes)`;
  throw corrupt(name, found);
}

function parse(json: Buffer, name: string): unknown {
  try {
    return JSON.parse(json.toString());
  } catch (cause) {
    throw corrupt(name, 'its content is not JSON', cause);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function unreadable(name: string, cause: unknown): AttributionError {
  return corrupt(name, cause instanceof Error ? cause.message : String(cause), cause);
}

function corrupt(name: string, found: string, cause?: unknown): AttributionError {
  return new AttributionError(
    'ATTR_PART_CORRUPT',
    `${name} is damaged: ${found}. Set it aside; its rows cannot be read.`,
    { cause },
  );
}
