import { setTimeout as sleep } from 'node:timers/promises';
import { askSocket, type LiveSocket, liveSockets } from '../../engine/live/ask.ts';
import { whyNoSockets } from '../../engine/live/directory.ts';
import { exitCodes } from '../exit-codes.ts';
import { say, sheetOf } from '../output.ts';
import { Sampler, type TopPicture } from './sample.ts';
import { openScreen } from './screen.ts';
import { topText } from './text.ts';
import { parseView } from './view.ts';

export interface TopFlags {
  readonly pid?: number;
  /** In milliseconds. */
  readonly interval: number;
  readonly once?: true;
  readonly json?: true;
  readonly by?: string;
  readonly where?: string;
}

const LOOKS = 10;
/** Time for one answer; a process that needs longer has a blocked event loop. */
const ANSWER_MS = 1_000;

export async function top(flags: TopFlags): Promise<void> {
  parseView(flags.by, flags.where);
  const first = await lookOnce(flags);
  if (first === undefined) return;
  const live = flags.once !== true && flags.json !== true && process.stdout.isTTY === true;
  if (live) return redraw(flags);
  const picture = await takePicture(flags);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(toJson(picture), null, 2)}\n`);
  else process.stdout.write(`${text(picture, flags)}\n`);
}

/** Says why there is nothing to look at, and sets the exit code. */
async function lookOnce(flags: TopFlags): Promise<true | undefined> {
  const answers = await look(flags.pid);
  if (answers.some(([, answer]) => typeof answer !== 'string')) return true;
  process.exitCode = exitCodes.noData;
  const silent = answers.filter(([, answer]) => answer === 'silent');
  say(silent.length > 0 ? blocked(silent.map(([socket]) => socket)) : await nobody(flags));
  return undefined;
}

function blocked(sockets: readonly LiveSocket[]): string {
  const pids = [...new Set(sockets.map(({ pid }) => pid))].join(', ');
  return `Process ${pids} did not answer within ${ANSWER_MS / 1000} s: its event loop is blocked, or it is stopped. Try again.`;
}

async function nobody({ pid }: TopFlags): Promise<string> {
  const obstacle = whyNoSockets();
  if (obstacle !== '') return obstacle;
  if (pid !== undefined) {
    const others = [...new Set(liveSockets().map((socket) => socket.pid))];
    const known = others.length === 0 ? 'no process of this user is' : `those of this user are ${others.join(', ')}`;
    return `Process ${pid} is not running with otel-attribution as this user; ${known}.`;
  }
  return (
    'No process of this user runs with otel-attribution on this host. Start one: ' +
    'node --import otel-attribution/register app.js. ' +
    'Processes of other users, in other containers, or with the option live: false cannot be seen. Why: otel-attribution doctor'
  );
}

function look(pid: number | undefined) {
  return Promise.all(
    liveSockets(undefined, pid).map(async (socket) => [socket, await askSocket(socket, ANSWER_MS)] as const),
  );
}

/** Looks about ten times within the interval, fewer when the answers take long. */
async function takePicture({ interval, pid, by, where }: TopFlags, signal?: AbortSignal): Promise<TopPicture> {
  const sampler = new Sampler(parseView(by, where));
  const end = performance.now() + interval;
  for (let i = 0; i < LOOKS && signal?.aborted !== true; i++) {
    sampler.add(await look(pid));
    const next = end - ((LOOKS - 1 - i) * interval) / LOOKS;
    const rest = next - performance.now();
    if (rest > 0) await sleep(rest, undefined, { signal }).catch(() => {});
    else if (performance.now() >= end) break;
  }
  return sampler.picture(Date.now());
}

async function redraw(flags: TopFlags): Promise<void> {
  const screen = openScreen();
  const stop = new AbortController();
  void screen.left.then(() => stop.abort());
  try {
    screen.draw('Looking…');
    while (!stop.signal.aborted) {
      const picture = await takePicture(flags, stop.signal);
      if (stop.signal.aborted) break;
      const empty = picture.processes.length === 0;
      screen.draw(empty ? 'All processes have ended. Waiting for one; q leaves.' : text(picture, flags, screen.rows));
    }
  } finally {
    screen.close();
  }
}

/** A field for each key. */
const toJson = ({ rows, ...picture }: TopPicture) => ({
  ...picture,
  rows: rows.map(({ target, names, ...row }) => ({ target, ...names, ...row })),
});

function text(picture: TopPicture, { interval, by = 'origin,operation', where }: TopFlags, lines?: number): string {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const keys = `q leaves · by ${by}${where === undefined ? '' : ` · where ${where}`}`;
  return topText(picture, { intervalMs: interval, tz, sheet: sheetOf(), ...(lines !== undefined && { lines, keys }) });
}
