/** What lies in a directory of parts: read from names, sizes and times; no part is opened and nothing is changed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Missed, QueueState } from '../../core/contracts/part-queue.ts';
import { AttributionError } from '../../core/errors.ts';
import { isStale } from '../../spool/owners.ts';
import { parseOwnerName, parseSpoolName } from '../../spool/spool-names.ts';

export interface PartFile {
  readonly file: string;
  readonly name: string;
  readonly id: string;
  readonly instance: string;
  readonly state: QueueState;
  /** When it was first sent, in milliseconds since the epoch; undefined while it waits. */
  readonly since: number | undefined;
  readonly missed: Missed | undefined;
  readonly bytes: number;
  /** When it was sealed, in milliseconds since the epoch. */
  readonly mtimeMs: number;
}

export interface QuarantinedFile extends PartFile {
  readonly reason: string;
  readonly reasonFile: string;
}

export interface Owner {
  readonly instance: string;
  readonly holder: string;
  /** Milliseconds since the epoch; 0 when it ended in an orderly way. */
  readonly seenAt: number;
  readonly alive: boolean;
}

export interface SpoolFolder {
  /** Name of the exporter, as a folder; `local` holds the parts that wait for the store. */
  readonly exporter: string;
  readonly folder: string;
  readonly parts: readonly PartFile[];
  readonly quarantined: readonly QuarantinedFile[];
  readonly owners: readonly Owner[];
}

/** The folder whose parts `otel-attribution load` and the like merge. */
export const LOCAL = 'local';

/** @throws AttributionError `ATTR_STORE_EMPTY` when the directory does not exist */
export function inventory(directory: string, now: number): SpoolFolder[] {
  const root = path.resolve(directory);
  const names = subfolders(root);
  if (names === undefined) {
    throw new AttributionError(
      'ATTR_STORE_EMPTY',
      `${root} does not exist. Name the directory of the application with --directory or OTEL_ATTRIBUTION_DIRECTORY.`,
    );
  }
  const quarantine = path.join(root, 'quarantine');
  // What the store set aside lies in quarantine/ itself: it came from local/.
  const folders = new Set([LOCAL, ...names, ...(subfolders(quarantine) ?? [])]);
  folders.delete('quarantine');
  return [...folders].sort().flatMap((exporter) => {
    const folder = path.join(root, exporter);
    const parts = partsIn(folder);
    const aside = path.join(quarantine, exporter === LOCAL ? '.' : exporter);
    const quarantined = partsIn(aside).map((part) => withReason(aside, part));
    const owners = ownersIn(folder, now);
    return parts.length + quarantined.length === 0 ? [] : [{ exporter, folder, parts, quarantined, owners }];
  });
}

/** True when a living process sends the parts of this one. */
export function hasLivingOwner(part: PartFile, owners: readonly Owner[]): boolean {
  return owners.some(({ instance, alive }) => alive && instance === part.instance);
}

function partsIn(folder: string): PartFile[] {
  return filesIn(folder).flatMap((name) => {
    const parsed = parseSpoolName(name);
    if (parsed === undefined) return [];
    const file = path.join(folder, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    const { id, instance, state, since, missed } = parsed;
    return [{ file, name, id, instance, state, since, missed, bytes: stat.size, mtimeMs: stat.mtimeMs }];
  });
}

function withReason(folder: string, part: PartFile): QuarantinedFile {
  // The store keeps the whole file name in front.
  const candidates = [`${part.id}.reason.txt`, `${part.name}.reason.txt`].map((name) => path.join(folder, name));
  for (const reasonFile of candidates) {
    try {
      return { ...part, reasonFile, reason: readFileSync(reasonFile, 'utf8').trim() };
    } catch {
      // The other one, or none.
    }
  }
  return { ...part, reasonFile: candidates[0]!, reason: '' };
}

function ownersIn(folder: string, now: number): Owner[] {
  return filesIn(folder).flatMap((name) => {
    const owner = parseOwnerName(name);
    const stat = owner && statSync(path.join(folder, name), { throwIfNoEntry: false });
    return stat === undefined ? [] : [{ ...owner!, seenAt: stat.mtimeMs, alive: !isStale(stat.mtimeMs, now) }];
  });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function subfolders(folder: string): string[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[\w-]+$/.test(entry.name))
      .map((entry) => entry.name);
  } catch {
    return undefined;
  }
}
