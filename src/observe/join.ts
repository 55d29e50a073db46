/** Whose a session of the database is: by what applications tell of their open requests and jobs. Pure. */
import type { OpenOperation, ProcessWork } from '../core/contracts/open-work.ts';
import type { LockLook, Session } from './lock-observer.ts';

export const UNKNOWN_SESSION = '(unknown session)';

/**
 * How it is known: `trace`, a comment in the statement; `statement`, its text and begin; `time`, begin and end of its last
 * statement; `server`, something the server does by itself; '' when it is not known.
 */
export type Basis = 'trace' | 'statement' | 'time' | 'server' | '';

export interface SessionOrigin {
  readonly service: string;
  readonly origin: string;
  readonly basis: Basis;
  /** The process that has the other end of the connection; 0 when it is not known. */
  readonly pid: number;
}

export interface Surroundings {
  readonly target: string;
  readonly processes: readonly ProcessWork[];
  /** Local ports of each process towards the server; undefined where that cannot be told. */
  readonly ports: ReadonlyMap<number, ReadonlySet<number>> | undefined;
  /** What the clock of the server is ahead of that of the processes, in milliseconds. */
  readonly aheadMs: number;
}

/** A span begins before its statement reaches the server, and ends after the answer has left it: by how much at most, in ms. */
const LAG_MS = 1_000;
/** Where neither the text nor the connection tells that they belong together, in ms. */
const STRICT_LAG_MS = 50;
/** Two origins that fit the same session this closely cannot be told apart, in ms. */
const APART_MS = 5;
/** Some servers tell how long ago something was: from one look to the next that differs by a little, in ms. */
const SAME_MS = 20;

/** What an earlier look has found. */
export interface Joined {
  readonly look: LockLook;
  readonly origins: ReadonlyMap<string, SessionOrigin>;
}

/** A session that was known at the look before, and is at the same statement still, is known: its process may be late to answer. */
export function originsOf(look: LockLook, around: Surroundings, before?: Joined): Map<string, SessionOrigin> {
  const earlier = new Map(before?.look.sessions.map((session) => [session.id, session]));
  const origins = new Map<string, SessionOrigin>();
  for (const session of look.sessions) {
    const found = originOf(session, around);
    const then = found.basis === '' ? earlier.get(session.id) : undefined;
    const same = then !== undefined && isSameStatement(then, session);
    origins.set(session.id, same ? before!.origins.get(session.id)! : found);
  }
  return origins;
}

function isSameStatement(a: Session, b: Session): boolean {
  const close = (x = 0, y = 0): boolean => Math.abs(x - y) < SAME_MS;
  return a.running === b.running && a.port === b.port && close(a.startMs, b.startMs) && close(a.endMs, b.endMs);
}

function originOf(session: Session, around: Surroundings): SessionOrigin {
  if (session.worker !== '') return { service: '', origin: `(${session.worker})`, basis: 'server', pid: 0 };
  const { processes, sure } = processesOf(session, around);
  const pid = sure && processes.length === 1 ? processes[0]!.pid : 0;
  const unknown = { service: sure ? processes[0]!.service : session.application, origin: UNKNOWN_SESSION, pid };
  const operations = processes.flatMap((process) =>
    process.operations.filter(({ target }) => target === around.target).map((operation) => ({ operation, process })),
  );
  const found = only(
    operations.filter(({ operation }) => operation.traceId !== '' && session.text.includes(`-${operation.traceId}-`)),
  );
  if (found !== undefined) return known(found, 'trace');
  const fitting = operations.flatMap((one) => {
    const distance = distanceOf(session, one.operation, around.aheadMs, sure);
    return distance === undefined ? [] : [{ ...one, distance }];
  });
  const least = Math.min(...fitting.map(({ distance }) => distance));
  const nearest = only(fitting.filter(({ distance }) => distance <= least + APART_MS));
  return nearest === undefined ? { ...unknown, basis: '' } : known(nearest, session.running ? 'statement' : 'time');
}

interface Candidate {
  readonly operation: OpenOperation;
  readonly process: ProcessWork;
}

const known = ({ operation: { originService, origin }, process: { pid } }: Candidate, basis: Basis): SessionOrigin => ({
  service: originService,
  origin,
  basis,
  pid,
});

/** The first, if all of them are of one origin. */
function only(candidates: readonly Candidate[]): Candidate | undefined {
  const [first] = candidates;
  const same = ({ operation: { origin, originService } }: Candidate): boolean =>
    origin === first!.operation.origin && originService === first!.operation.originService;
  return first !== undefined && candidates.every(same) ? first : undefined;
}

/** Those that may have the other end of the connection; `sure` when one of them has. */
function processesOf(
  session: Session,
  { processes, ports }: Surroundings,
): { processes: readonly ProcessWork[]; sure: boolean } {
  if (session.port > 0 && ports !== undefined) {
    const owners = processes.filter(({ pid }) => ports.get(pid)?.has(session.port));
    if (owners.length > 0) return { processes: owners, sure: true };
    // From this host, and none of ours has it: somebody else's.
    if (isLoopback(session.address)) return { processes: [], sure: false };
  }
  const named = processes.filter(({ service }) => service === session.application);
  return { processes: named.length > 0 ? named : processes, sure: false };
}

const isLoopback = (address: string): boolean =>
  address.startsWith('127.') || address === '::1' || address === 'localhost';

/** By how much the times of the two differ; undefined when they do not fit each other. */
function distanceOf(
  session: Session,
  { startMs, endMs, text }: OpenOperation,
  aheadMs: number,
  sure: boolean,
): number | undefined {
  if (session.running !== (endMs === null)) return undefined;
  const [begin, end] = [session.startMs, session.endMs].map((time) =>
    time === undefined ? undefined : time - aheadMs,
  );
  const texts = text === '' || session.text === '' ? undefined : sameText(text, session.text);
  if (texts === false) return undefined;
  const lag = sure || texts === true ? LAG_MS : STRICT_LAG_MS;
  const differences: number[] = [];
  if (begin !== undefined) differences.push(begin - startMs);
  if (endMs !== null && end !== undefined) differences.push(endMs - end);
  // Clocks of two hosts agree within some milliseconds at best.
  if (differences.length === 0 || differences.some((one) => one < -STRICT_LAG_MS || one > lag)) return undefined;
  return Math.max(...differences.map(Math.abs));
}

/** Servers cut what they tell; comments are added on the way, and white space may differ. */
function sameText(a: string, b: string): boolean {
  const [x, y] = [plain(a), plain(b)];
  const n = Math.min(x.length, y.length);
  return n > 0 && x.slice(0, n) === y.slice(0, n) && (x.length === y.length || n > 200);
}

const plain = (text: string): string =>
  text
    .replaceAll(/\/\*.*?(\*\/|$)/gs, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/[ ;]+$/, '')
    .trim();
