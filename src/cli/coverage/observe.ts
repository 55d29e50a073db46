/** `coverage --observe`: what a target counted itself between two looks, against what the applications saw of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OBSERVED, OBSERVED_EVENT, UNSEEN } from '../../core/model.ts';
import { windowOf } from '../../core/windows.ts';
import { type Connection, connectionTo, targetOf } from '../../observe/connection.ts';
import { openTargetCounter } from '../../observe/open.ts';
import { addRow } from '../../observe/rows.ts';
import { SeenCalls, type ToldCalls, unseenOf } from '../../observe/seen-calls.ts';
import type { TargetCounter } from '../../observe/target-counter.ts';
import { span } from '../../reports/format.ts';
import { askAll } from '../live-work.ts';
import { type Books, openBooks } from '../observer-books.ts';
import { say } from '../output.ts';

export interface ObserveFlags {
  /** Of several, the first is written to. */
  readonly directory: string | readonly string[];
  readonly observe?: string;
  readonly connection?: string;
  /** In milliseconds. */
  readonly for: number;
}

/** Processes are asked more often than the target: what one has told is known when it ends. */
const ASK_MS = 1_000;
/** Rows of one interval belong to the window of its end. */
const INTERVAL_MS = 60_000;
const ANSWER_MS = 2_000;

/** Looks, writes what it found, and says what should be known about it. The report answers from what was written. */
export async function observe(target: string, flags: ObserveFlags): Promise<void> {
  const connection = connectionTo(target, flags.connection, process.env);
  const counter = await openTargetCounter(connection);
  try {
    const books = openBooks([flags.directory].flat()[0]!);
    try {
      const named = flags.connection === undefined ? connection : connectionTo(target, target, {});
      for (const note of await watch(named, counter, books, flags.for)) say(note);
    } finally {
      await books.close();
    }
  } finally {
    await counter.close();
  }
}

const nameOf = (connection: Connection, { wholeServer }: TargetCounter): string =>
  targetOf(wholeServer ? { ...connection, database: '' } : connection);

async function watch(connection: Connection, counter: TargetCounter, books: Books, ms: number): Promise<string[]> {
  const target = nameOf(connection, counter);
  const seenCalls = new SeenCalls((name) => name === target || (counter.wholeServer && name.startsWith(`${target}/`)));
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    let [before] = await Promise.all([counter.read(), told().then((answers) => seenCalls.look(answers, Date.now()))]);
    const end = performance.now() + ms;
    say(`Observing ${target} by its ${counter.name} for ${span(ms / 1000)}; Ctrl-C ends it sooner.`);
    let intervalEnd = Math.min(end, performance.now() + INTERVAL_MS);
    let seen = 0;
    let processes = 0;
    let restarted = false;
    for (let last = false; !last; ) {
      const pause = Math.min(ASK_MS, intervalEnd - performance.now());
      await sleep(Math.max(0, pause), undefined, { signal: stop.signal }).catch(() => {});
      // Asked before the look: whatever ends it, there is one at its end.
      last = stop.signal.aborted || performance.now() >= end;
      const isLook = last || performance.now() >= intervalEnd;
      const [now, answers] = await Promise.all([isLook ? counter.read() : undefined, told()]);
      const look = seenCalls.look(answers, Date.now());
      seen += look.seen;
      processes = Math.max(processes, answers.length);
      if (now === undefined) continue;
      // The server, or its counters, began anew.
      if (now < before) restarted = true;
      else record(books, target, counter, now - before, unseenOf(now - before, { seen, waiting: look.waiting }));
      before = now;
      seen = 0;
      intervalEnd = Math.min(end, performance.now() + INTERVAL_MS);
    }
    return notesOf(counter, processes, seenCalls.lost.size, restarted);
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}

function record(books: Books, target: string, { name }: TargetCounter, observed: number, unseen: number): void {
  const measure = { target, event: OBSERVED_EVENT, unit: '{call}', attributes: { counter: name } };
  const window = windowOf(Date.now(), books.table.windowSeconds);
  addRow(books, window, { service: '', origin: OBSERVED }, measure, observed, observed);
  addRow(books, window, { service: '', origin: UNSEEN }, measure, unseen, unseen);
  books.added();
}

async function told(): Promise<ToldCalls[]> {
  return (await askAll(ANSWER_MS)).flatMap(([{ pid, thread }, answer]) => {
    if (typeof answer === 'string' || answer.calls === undefined) return [];
    const { startedMs, calls, inDoubt, inFlight } = answer;
    return [{ process: `${pid}-${thread}-${startedMs}`, startedMs, calls, inDoubt, inFlight }];
  });
}

function notesOf({ remark }: TargetCounter, processes: number, lost: number, restarted: boolean): string[] {
  const seenBy = processes === 1 ? 'one process' : `${processes} processes`;
  return [
    ...(remark === '' ? [] : [remark]),
    `Seen is what ${seenBy} of this user on this host saw; calls from elsewhere are unseen here.`,
    ...(lost === 0 ? [] : [`${lost} of them ended or stood still: their last second counts as unseen.`]),
    ...(restarted ? ['The target’s counters began anew meanwhile: that interval is left out.'] : []),
  ];
}
