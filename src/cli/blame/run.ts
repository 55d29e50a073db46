import { setTimeout as sleep } from 'node:timers/promises';
import { BlockedSeconds } from '../../observe/blocked-seconds.ts';
import { connectionTo, targetOf } from '../../observe/connection.ts';
import type { LockObserver } from '../../observe/lock-observer.ts';
import { openLockObserver } from '../../observe/open.ts';
import { span } from '../../reports/format.ts';
import { openBooks } from '../observer-books.ts';
import { colours, say, sheetOf } from '../output.ts';
import { blameJson } from './json.ts';
import { lookAt, type Picture, type Watched } from './picture.ts';
import { blameText } from './text.ts';

export interface BlameFlags {
  readonly directory: string;
  readonly connection?: string;
  /** In milliseconds. */
  readonly for?: number;
  readonly json?: true;
}

const INTERVAL_MS = 1_000;

export async function blame(target: string, flags: BlameFlags): Promise<void> {
  const connection = connectionTo(target, flags.connection, process.env);
  const name = flags.connection === undefined ? targetOf(connection) : nameOf(target);
  const observer = await openLockObserver(connection);
  try {
    const { picture, watched } =
      flags.for === undefined ? await once(observer, name) : await watch(observer, name, flags);
    const notes = notesOf(picture, observer, flags);
    if (flags.json === true) process.stdout.write(`${blameJson(picture, watched, notes)}\n`);
    else {
      process.stdout.write(`${blameText(picture, watched, sheetOf())}\n`);
      for (const note of notes) say(note, colours(process.stderr).dim);
    }
  } finally {
    await observer.close();
  }
}

/** The rows are to stand beside those of the application, so the target is called as there; a password never is part of it. */
function nameOf(target: string): string {
  return target.includes('@') ? targetOf(connectionTo(target, target, {})) : target;
}

async function once(observer: LockObserver, target: string): Promise<{ picture: Picture; watched: undefined }> {
  return { picture: await lookAt(observer, target), watched: undefined };
}

/** Looks every second until the time is over or somebody interrupts, and shows the look with the most that wait. */
async function watch(
  observer: LockObserver,
  target: string,
  flags: BlameFlags,
): Promise<{ picture: Picture; watched: Watched }> {
  const books = openBooks(flags.directory);
  const blocked = new BlockedSeconds(target, books);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const began = performance.now();
    const end = began + flags.for!;
    let picture = await lookAt(observer, target);
    let [looks, worst] = [1, picture];
    blocked.add(picture.look, picture.origins, picture.at);
    say(`Looking every second for ${span(flags.for! / 1000)}; Ctrl-C ends it sooner.`);
    for (let last = false; !last; ) {
      const next = Math.min(began + looks * INTERVAL_MS, end);
      await sleep(Math.max(0, next - performance.now()), undefined, { signal: stop.signal }).catch(() => {});
      // Asked before the look: whatever ends it, there is one at its end.
      last = stop.signal.aborted || performance.now() >= end;
      picture = await lookAt(observer, target, picture);
      looks++;
      blocked.add(picture.look, picture.origins, picture.at);
      books.added();
      if (picture.look.waits.length >= worst.look.waits.length) worst = picture;
    }
    const seconds = (performance.now() - began) / 1000;
    return { picture: worst, watched: { seconds, looks, longestSeconds: blocked.longestSeconds, sums: blocked.sums } };
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
    await books.close();
  }
}

function notesOf({ target, processes, otherNames }: Picture, { blindness }: LockObserver, flags: BlameFlags): string[] {
  const notes = blindness === '' ? [] : [blindness];
  if (processes === 0) {
    notes.push(
      'No process of this user runs with otel-attribution on this host, so no session has an origin. Run blame where the application runs, as its user.',
    );
  }
  if (otherNames.length > 0) {
    const names = otherNames.slice(0, 3).join(' or ');
    notes.push(`No process calls ${target}; here it is called ${names}? Then name that, with --connection.`);
  }
  if (flags.for !== undefined) notes.push('Stored. Ask again later: otel-attribution load --measure blocked');
  return notes;
}
