/**
 * The names in the spool of an exporter, `<directory>/<folder>/`, tell all there is to know about a part without opening it:
 *
 *     <id>.json.zst                 waits; was never sent, or is known not to have arrived
 *     <id>.sent-<ms>.json.zst       may have arrived: first sent then (milliseconds since the epoch), no answer seen
 *     <id>.handed-<ms>.json.zst     accepted for later; kept until it is confirmed
 *     ….missed-<n>x<ms>.json.zst    each of these three, of a part that was accepted for later `n` times before and did not arrive, the
 *                                   first time then; releases that do not know this leave such a part where it is
 *     <instance>.owner-<holder>     `holder` sends the parts of `instance`; its mtime is the holder's heartbeat
 *
 * Each change is one rename from the exact old name, so of several processes that try, one succeeds and the others see ENOENT.
 * The mtime of a part is its `sealedAt`.
 */
import type { Missed, QueueState } from '../core/contracts/part-queue.ts';
import { PART_SUFFIX } from '../parts/part-files.ts';

export interface SpoolName {
  readonly id: string;
  readonly instance: string;
  readonly sequence: number;
  readonly state: QueueState;
  /** When it was first sent, in milliseconds since the epoch; undefined while it waits. */
  readonly since: number | undefined;
  readonly missed: Missed | undefined;
}

export interface OwnerName {
  readonly instance: string;
  readonly holder: string;
}

/** Folders of the directory that belong to others. */
const RESERVED = new Set(['local', 'quarantine']);
const PART = /^((.+?)-(\d{1,15}))(?:\.(sent|handed)-(\d{1,15}))?(?:\.missed-(\d{1,6})x(\d{1,15}))?\.json\.zst$/;
const OWNER = /^(.+)\.owner-(.+)$/;

export function spoolName(id: string, state: QueueState, since = 0, missed?: Missed): string {
  const now = state === 'waiting' ? '' : `.${state}-${Math.round(since)}`;
  const before = missed === undefined ? '' : `.missed-${missed.times}x${Math.round(missed.since)}`;
  return id + now + before + PART_SUFFIX;
}

export function parseSpoolName(name: string): SpoolName | undefined {
  const match = PART.exec(name);
  if (match === null) return undefined;
  const [, id = '', instance = '', sequence, state = 'waiting', since, times, first] = match;
  return {
    id,
    instance,
    sequence: Number(sequence),
    state: state as QueueState,
    since: since === undefined ? undefined : Number(since),
    missed: times === undefined ? undefined : { times: Number(times), since: Number(first) },
  };
}

export const ownerName = (instance: string, holder: string): string => `${instance}.owner-${holder}`;

export function parseOwnerName(name: string): OwnerName | undefined {
  const match = OWNER.exec(name);
  return match === null ? undefined : { instance: match[1]!, holder: match[2]! };
}

/** An exporter's name is the user's: it must not lead out of the directory, nor into a folder of others. */
export function folderName(exporter: string): string {
  const folder = exporter.replace(/[^\w-]+/g, '_') || '_';
  return RESERVED.has(folder) ? `${folder}_exporter` : folder;
}
