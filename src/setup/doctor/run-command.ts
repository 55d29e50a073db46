/**
 * Runs the command of an application for a while, with attribution, and collects what each of its processes sees from
 * inside. Nothing is written to the books: the sums stay in memory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Inside } from '../../engine/inside.ts';

/** As long as an application may take to end in an orderly way. */
const STOP_MS = 5_000;
/** Ends us with whatever we run; then what was seen so far is told. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const START_MS = 30_000;
const POLL_MS = 100;
const PROCESSES_MAX = 50;
const OUTPUT_CHARS = 4_000;

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const INSPECT = new URL(`../../otel/setup/inspect.${EXTENSION}`, import.meta.url);
const REGISTER = fileURLToPath(new URL(`../../register.${EXTENSION}`, import.meta.url));

export interface CommandRun {
  readonly processes: readonly Inside[];
  /** Exit code, when it ended by itself; undefined when it was ended. */
  readonly code?: number | null;
  readonly seconds: number;
  /** The end of what it printed on standard error. */
  readonly errors: string;
}

export interface RunCommandOptions {
  readonly command: readonly string[];
  readonly directory: string;
  /** Adds the flag; an application with a set-up of its own goes without. */
  readonly register: boolean;
  readonly seconds: number;
}

/** Rejects when the command cannot be started at all. Its output goes to our standard error. */
export async function runCommand({ command, directory, register, seconds }: RunCommandOptions): Promise<CommandRun> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'oa-doctor-'));
  const begin = Date.now();
  try {
    const inspect = `${INSPECT.href}?to=${encodeURIComponent(pathToFileURL(folder).pathname)}`;
    const flags = [`--import=${inspect}`, ...(register ? [`--import=${pathToFileURL(REGISTER).href}`] : [])];
    const child = spawn(command[0]!, command.slice(1), {
      cwd: directory,
      // A group of its own, so that what it starts ends with it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_OPTIONS: [...flags, process.env.NODE_OPTIONS ?? ''].join(' ').trim(),
        OTEL_ATTRIBUTION_EXPORTERS: 'memory',
        OTEL_ATTRIBUTION_EXIT_TABLE: 'false',
      },
    });
    let errors = '';
    child.stdout?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      errors = (errors + chunk).slice(-OUTPUT_CHARS);
    });
    const code = await within(child, async () => {
      await started(folder);
      await wait(seconds * 1000);
    });
    return {
      processes: read(folder),
      ...(code !== undefined && { code }),
      seconds: Math.round((Date.now() - begin) / 100) / 10,
      errors,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exit code, or undefined when the time was over and it was ended. */
async function within(child: ChildProcess, time: () => Promise<void>): Promise<number | null | undefined> {
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let running = true;
  const over = ended.finally(() => {
    running = false;
  });
  let stop = (): void => {};
  // An application may take no notice of a signal: then it is ended as at the end of its time.
  const stopped = new Promise<void>((resolve) => (stop = resolve)).then(() => wait(STOP_MS));
  const pass = (signal: NodeJS.Signals): void => {
    send(child, signal);
    stop();
  };
  const ends = SIGNALS.map((signal) => [signal, () => pass(signal)] as const);
  // Each of them: to the second Ctrl-C many applications end at once, and without us they would stay behind.
  for (const [signal, end] of ends) process.on(signal, end);
  try {
    const code = await Promise.race([over, time().then(() => undefined), stopped]);
    if (code !== undefined) return code;
    send(child, 'SIGTERM');
    if ((await Promise.race([over, wait(STOP_MS)])) === undefined) send(child, 'SIGKILL');
    await over;
    return undefined;
  } finally {
    for (const [signal, end] of ends) process.removeListener(signal, end);
    // Whatever went wrong here: nothing of the application stays behind.
    if (running) send(child, 'SIGKILL');
  }
}

/** Until a process has loaded what looks from inside: how long that takes is not its fault. */
async function started(folder: string): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await wait(POLL_MS)) {
    if (readdirSync(folder).some((name) => name.endsWith('.json'))) return;
  }
}

/** Does not keep us alive: the application does, and once it has ended nobody waits for the rest of its time. */
function wait(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid!, signal);
  } catch {
    // It has ended in the meantime.
  }
}

function read(folder: string): Inside[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.slice(0, PROCESSES_MAX).flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Inside];
    } catch {
      return [];
    }
  });
}
