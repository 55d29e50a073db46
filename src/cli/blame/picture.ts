import type { LiveSnapshot } from '../../engine/live/snapshot.ts';
import type { BlockedSum } from '../../observe/blocked-seconds.ts';
import { type ChainLink, chainsOf } from '../../observe/blocking.ts';
import { clientPorts } from '../../observe/client-ports.ts';
import { originsOf, type SessionOrigin } from '../../observe/join.ts';
import type { LockLook, LockObserver } from '../../observe/lock-observer.ts';
import { liveWork } from '../live-work.ts';

/** What one look has found. */
export interface Picture {
  readonly target: string;
  readonly server: string;
  /** Milliseconds since the Unix epoch, by the clock of this host. */
  readonly at: number;
  readonly look: LockLook;
  readonly origins: ReadonlyMap<string, SessionOrigin>;
  readonly chains: readonly ChainLink[];
  /** Processes with the plug-in that answered. */
  readonly processes: number;
  /** Targets of the same kind that they call, and this is none of them. */
  readonly otherNames: readonly string[];
}

/** What has been summed over the looks of `--for`. */
export interface Watched {
  readonly seconds: number;
  readonly looks: number;
  /** Between two looks: as closely as a single wait is known. */
  readonly longestSeconds: number;
  readonly sums: readonly BlockedSum[];
}

/** Asks the database and the processes at about the same time. */
export async function lookAt(observer: LockObserver, target: string, before?: Picture): Promise<Picture> {
  const began = Date.now();
  const [{ look, at }, processes] = await Promise.all([
    observer.look().then((seen) => ({ look: seen, at: Date.now() })),
    liveWork(),
  ]);
  const ports = clientPorts(
    processes.map(({ pid }) => pid),
    observer.port,
  );
  const around = { target, processes, ports, aheadMs: look.atMs - (began + at) / 2 };
  const origins = originsOf(look, around, before);
  return {
    target,
    server: observer.server,
    at,
    look,
    origins,
    chains: chainsOf(look.waits),
    processes: processes.length,
    otherNames: otherNames(target, processes),
  };
}

function otherNames(target: string, processes: readonly LiveSnapshot[]): string[] {
  const names = new Set(processes.flatMap(({ operations }) => operations.map((operation) => operation.target)));
  if (names.has(target)) return [];
  const scheme = target.slice(0, target.indexOf(':') + 1);
  return [...names].filter((name) => name.startsWith(scheme));
}
