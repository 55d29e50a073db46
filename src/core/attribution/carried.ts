/** The origin as it travels between two processes: one short text, in a baggage entry or in a header of ours. */

export interface CarriedOrigin {
  readonly originService: string;
  readonly origin: string;
  /** Canonical JSON of row attributes, '' for none. */
  readonly attributes: string;
}

/** Name of the baggage entry. */
export const BAGGAGE_KEY = 'attribution';
/** Header used where the configured propagators do not carry baggage. */
export const HEADER = 'x-otel-attribution';
/** Longest text accepted from outside, and sent. W3C baggage allows 8,192 bytes for all entries together. */
export const CARRIED_CHARS_MAX = 4_096;

export function encodeCarried(carried: CarriedOrigin): string {
  const parts = [carried.originService, carried.origin];
  if (carried.attributes !== '') parts.push(carried.attributes);
  return encodeURIComponent(JSON.stringify(parts).toWellFormed());
}

/** `undefined` for anything that is not exactly what `encodeCarried` writes, within the limit. Never throws. */
export function decodeCarried(value: string, nameChars: number): CarriedOrigin | undefined {
  if (value.length > CARRIED_CHARS_MAX) return undefined;
  try {
    const parts: unknown = JSON.parse(decodeURIComponent(value));
    if (!Array.isArray(parts) || parts.length < 2 || parts.length > 3) return undefined;
    const [originService, origin, attributes = ''] = parts as unknown[];
    if (typeof originService !== 'string' || typeof origin !== 'string' || typeof attributes !== 'string')
      return undefined;
    if (origin === '' || origin.length > nameChars || originService.length > nameChars) return undefined;
    if (attributes !== '' && !isCanonical(attributes)) return undefined;
    return { originService, origin, attributes };
  } catch {
    return undefined;
  }
}

/**
 * A `baggage` header without our entry, however its name is written; the members of others byte for byte. Never throws.
 * `keep`: an entry of ours that stays.
 */
export function withoutEntry(baggage: string, keep = ''): string {
  if (!baggage.includes(BAGGAGE_KEY) && !baggage.includes('%')) return baggage;
  const members = baggage.split(',');
  const others = members.filter((member) => !isEntry(member) || (keep !== '' && member.trim() === keep));
  return others.length === members.length ? baggage : others.join(',');
}

/** Implementations differ in whether the name of an entry is decoded: either reading makes it ours. */
function isEntry(member: string): boolean {
  const name = member.split(/[=;]/, 1)[0]!.trim();
  if (name === BAGGAGE_KEY) return true;
  try {
    return name.includes('%') && decodeURIComponent(name).trim() === BAGGAGE_KEY;
  } catch {
    return false;
  }
}

function isCanonical(attributes: string): boolean {
  const parsed: unknown = JSON.parse(attributes);
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return false;
  const keys = Object.keys(parsed);
  return keys.every(
    (key, i) => typeof (parsed as Record<string, unknown>)[key] === 'string' && (i === 0 || key > keys[i - 1]!),
  );
}
