/** What is said of parts that were handed over and are not there: beside the part that is set aside, and in the log. */
import type { PartHistory } from '../../core/contracts/exporter.ts';
import type { Refusal } from './protocol.ts';

/** What the service says about ingestion that failed. */
export interface Known {
  /** By source id. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  /** Why it could not be asked; and what to do about that, which the log says once for all parts. */
  readonly unreadable?: string | undefined;
  readonly remedy?: string | undefined;
  /** When it was asked, in milliseconds since the epoch. */
  readonly askedAt: number;
}

/** Something that a person should hear of, once for all parts of its kind. */
export interface Trouble {
  readonly kind: 'refused' | 'unreadable' | 'unasked' | 'silent';
  readonly why: string;
  readonly since: number;
}

const SILENT = 'Kusto records no failure for them.';
const UNASKED = 'In which blobs was known to an earlier process alone, so Kusto could not be asked why.';
/** What another says seldom ends as a sentence does. */
const sentence = (text: string): string => text.replace(/[.\s]*$/, '.');
const iso = (ms: number): string => new Date(ms).toISOString();

/** @param asked the service was asked about the blobs of the part */
export function troubleOf(
  { history }: { readonly history: PartHistory | undefined },
  refusal: Refusal | undefined,
  known: Known,
  asked: boolean,
): Trouble {
  const since = history?.missed?.since ?? known.askedAt;
  if (refusal !== undefined) return { kind: 'refused', why: sentence(`Kusto says: ${refusal.details}`), since };
  if (known.unreadable !== undefined)
    return { kind: 'unreadable', why: sentence(`Why cannot be read: ${known.unreadable}`), since };
  return asked ? { kind: 'silent', why: SILENT, since } : { kind: 'unasked', why: UNASKED, since };
}

/** One line for all troubles of a kind. `attempts`: after how many a part that travels alone is set aside. */
export function troubleText(troubles: readonly Trouble[], attempts: number): string {
  const since = Math.min(...troubles.map((one) => one.since));
  const parts = troubles.length === 1 ? '1 part' : `${troubles.length} parts`;
  return `Kusto: ${parts} handed over since ${iso(since)} did not arrive, twice or more. ${troubles[0]!.why} Such parts are sent again, apart from others and after growing pauses; one that is absent ${attempts} times is set aside. See: otel-attribution spool ls`;
}

export const refusedReason = ({ details }: Refusal): string => `Kusto refused it after the hand-over: ${details}`;

export function forgottenReason(history: PartHistory | undefined): string {
  const when = history?.sentAt === undefined ? 'long ago' : `on ${iso(history.sentAt)}`;
  return `may have arrived: it was handed over ${when}, so long ago that Kusto may keep its sums and no longer its single rows, which tell.`;
}

export function lostReason(lost: {
  readonly id: string;
  readonly times: number;
  readonly history: PartHistory | undefined;
  readonly sourceIds: readonly string[];
  readonly refusal: Refusal | undefined;
  readonly known: Known;
  readonly asked: boolean;
}): string {
  const { id, times, history, sourceIds, refusal, known, asked } = lost;
  const first = history?.missed?.since ?? history?.sentAt;
  const last = history?.sentAt;
  const when = [
    first === undefined ? undefined : `first on ${iso(first)}`,
    last === undefined ? undefined : `last on ${iso(last)}`,
    `absent when Kusto was asked on ${iso(known.askedAt)}`,
  ].filter((text) => text !== undefined);
  return [
    `did not arrive in ${times} attempts (${when.join(', ')}).`,
    troubleOf({ history }, refusal, known, asked).why.replace('for them', 'for it'),
    refusal === undefined && known.remedy !== undefined ? sentence(known.remedy) : '',
    sourceIds.length === 0 ? '' : `Blobs, by source id: ${sourceIds.join(', ')}.`,
    `To send it again, after asking Kusto once more: otel-attribution spool requeue ${id}`,
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** In the order in which they are, the first half not the smaller one. */
export function halves<T>(all: readonly T[]): T[][] {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)].filter((half) => half.length > 0);
}
