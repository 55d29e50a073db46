/**
 * Headers that the application copied from a message it got (a reverse proxy, a dead-letter queue) bring along what its
 * caller claims to be. Propagators only add to such headers, so the claim is taken out of them first.
 */
import { BAGGAGE_KEY, HEADER, withoutEntry } from '../core/attribution/carried.ts';

export const BAGGAGE = 'baggage';
/** Headers that hold nothing else: ours, and those of propagators that give each entry of the baggage one. */
export const WHOLE: ReadonlySet<string> = new Set([HEADER, `uberctx-${BAGGAGE_KEY}`, `ot-baggage-${BAGGAGE_KEY}`]);
/** Most names have another length, and are not looked at. */
const LENGTHS: ReadonlySet<number> = new Set([BAGGAGE, ...WHOLE].map((name) => name.length));

type Headers = Record<string, unknown>;
/** What the metadata of gRPC has. */
interface Metadata {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  remove(name: string): void;
}

/** Removes our entry and our header, and leaves every other byte. Never throws for headers it does not know. */
export function stripCarrier(carrier: unknown): void {
  if (carrier === null || typeof carrier !== 'object') return;
  if (isMetadata(carrier)) stripMetadata(carrier);
  else stripHeaders(carrier as Headers);
}

function stripHeaders(headers: Headers): void {
  for (const name in headers) {
    if (!LENGTHS.has(name.length)) continue;
    const lower = name.toLowerCase();
    if (WHOLE.has(lower)) delete headers[name];
    if (lower !== BAGGAGE) continue;
    const before = headers[name];
    const after = stripped(before);
    if (after === before) continue;
    if (after === '') delete headers[name];
    else headers[name] = after;
  }
}

function isMetadata(carrier: object): carrier is Metadata {
  const { get, set, remove } = carrier as Partial<Metadata>;
  return typeof remove === 'function' && typeof get === 'function' && typeof set === 'function';
}

function stripMetadata(metadata: Metadata): void {
  for (const name of WHOLE) metadata.remove(name);
  const before = metadata.get(BAGGAGE);
  const first = Array.isArray(before) && before.length > 0 ? before.map(String).join(',') : '';
  const after = withoutEntry(first);
  if (after === first) return;
  if (after === '') metadata.remove(BAGGAGE);
  else metadata.set(BAGGAGE, after);
}

/** '' when nothing is left; the very same value when there is nothing to take out. */
function stripped(value: unknown): unknown {
  if (typeof value === 'string') return withoutEntry(value);
  if (Array.isArray(value)) {
    const rest = value.map(stripped).filter((part) => part !== '');
    if (rest.length === 0 && value.length > 0) return '';
    return rest.length === value.length && rest.every((part, i) => part === value[i]) ? value : rest;
  }
  // Kafka: bytes.
  if (Buffer.isBuffer(value)) {
    const text = value.toString('latin1');
    const rest = withoutEntry(text);
    return rest === text ? value : rest === '' ? '' : Buffer.from(rest, 'latin1');
  }
  // SQS and SNS: { DataType, StringValue }.
  const text = (value as { StringValue?: unknown } | null | undefined)?.StringValue;
  if (typeof text !== 'string') return value;
  const rest = withoutEntry(text);
  return rest === text ? value : rest === '' ? '' : { ...(value as object), StringValue: rest };
}
