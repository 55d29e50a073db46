/**
 * Every way in which a process ends that leaves its code a turn: what a server counted stands in the rows, and the process
 * ends with the code or signal that it ends with without us. What leaves no turn (SIGKILL, abort, a crash of native code,
 * no memory) is not here: docs/guarantees.md says what it costs.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readRows } from '../truth/books.ts';
import { callsByOrigin, here, REGISTER } from './register/run.ts';

/** Two processes a test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const CALLS = 5;
/** Who called: each process has a path of its own. */
const counted = new Map<string, number>();
let target: Server;
beforeAll(async () => {
  target = createServer((request, response) => {
    counted.set(request.url ?? '', (counted.get(request.url ?? '') ?? 0) + 1);
    response.end();
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  target.close();
  target.closeAllConnections();
});

type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** Once it is ready. Both pipes are open until then. */
type Then = (child: ChildProcess) => void;

let runs = 0;
const START = { flag: ['--import', REGISTER], 'one line': ['--import', './exit-sdk.mjs'], nothing: [] };

interface Run {
  readonly how?: string;
  readonly whenReady?: Then;
  readonly app?: string;
  readonly command?: readonly string[];
  readonly detached?: boolean;
}

async function run(start: keyof typeof START, { how = 'stay', whenReady = () => {}, ...more }: Run) {
  const { app = 'exit-app.mjs', command = [process.execPath], detached = false } = more;
  const directory = mkdtempSync(join(tmpdir(), 'exit-'));
  const path = `/${++runs}`;
  try {
    const [file = '', ...first] = command;
    const child = spawn(file, [...first, ...START[start], app], {
      cwd: here('.'),
      detached,
      env: {
        PATH: process.env.PATH,
        TARGET: `http://127.0.0.1:${(target.address() as AddressInfo).port}${path}`,
        CALLS: String(CALLS),
        HOW: how,
        OTEL_ATTRIBUTION_DIRECTORY: directory,
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
      },
      stdio: ['pipe', 'pipe', 'ignore', 'ipc'],
    });
    let stdout = '';
    child.stdout!.on('data', (text) => {
      const first = !stdout.includes('ready');
      stdout += text;
      if (first && stdout.includes('ready')) whenReady(child);
    });
    const ended = await new Promise<Ended>((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    // Grandchildren may take a moment longer.
    if (app !== 'exit-app.mjs') await sleep(1_500);
    const rows = readRows(directory);
    return { ended, booked: callsByOrigin(rows, 'http.client.request.duration'), calls: counted.get(path) ?? 0 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const kill =
  (...signals: NodeJS.Signals[]): Then =>
  (child) => {
    for (const signal of signals) child.kill(signal);
  };

type Case = [name: string, run: Run, both?: true];

/** Those marked are run in the one-line set-up as well. */
const CASES: Case[] = [
  ['nothing is left to do', { how: 'end' }, true],
  ['process.exitCode', { how: 'exitCode' }],
  ['process.exit', { how: 'exit' }, true],
  ['process.exit in beforeExit', { how: 'exitInBeforeExit' }],
  ['work in beforeExit', { how: 'worksInBeforeExit' }, true],
  ["an exception in a listener of 'exit'", { how: 'throwInExit' }],
  ['an exception nobody catches', { how: 'uncaught' }, true],
  ['a rejection nobody handles', { how: 'rejected' }],
  ['process.reallyExit', { how: 'reallyExit' }],
  ['process.execve', { how: 'execve' }],
  ['SIGTERM', { whenReady: kill('SIGTERM') }, true],
  ['SIGINT', { whenReady: kill('SIGINT') }, true],
  ['SIGHUP', { whenReady: kill('SIGHUP') }, true],
  ['SIGQUIT', { whenReady: kill('SIGQUIT') }, true],
  ['SIGUSR2', { whenReady: kill('SIGUSR2') }, true],
  ['SIGINT twice at once', { whenReady: kill('SIGINT', 'SIGINT') }, true],
  [
    'SIGTERM, and again while it stops',
    { whenReady: (child) => kill('SIGTERM')(child) ?? setTimeout(kill('SIGTERM'), 2, child) },
  ],
  ['a signal to itself', { how: 'killsItself' }],
  ['SIGTERM, its own listener closes the server', { how: 'closesItself', whenReady: kill('SIGTERM') }, true],
  ['SIGHUP, its own listener exits', { how: 'exitsItself', whenReady: kill('SIGHUP') }],
  ['SIGUSR2, its own listener raises it again', { how: 'raisesAgain', whenReady: kill('SIGUSR2') }, true],
  [
    'SIGTERM after a SIGHUP that it lives through',
    {
      how: 'reloads',
      whenReady: (child) => {
        child.stdout!.once('data', () => child.kill('SIGTERM'));
        child.kill('SIGHUP');
      },
    },
  ],
  [
    'nobody reads its output any more',
    {
      how: 'brokenPipe',
      whenReady: (child) => {
        child.stdout!.destroy();
        child.stdin!.end();
      },
    },
  ],
  [
    'its input ends',
    {
      how: 'waitsForStdin',
      whenReady: (child) => {
        child.disconnect();
        child.stdin!.end();
      },
    },
  ],
  ['its parent lets go of it', { how: 'losesParent', whenReady: (child) => child.disconnect() }],
];

describe('at the end of a process nothing is lost, and it ends as without us', () => {
  describe.each(['flag', 'one line'] as const)('the %s', (start) => {
    it.each(start === 'flag' ? CASES : CASES.filter(([, , both]) => both))('%s', async (_, how) => {
      const [without, withUs] = await Promise.all([run('nothing', how), run(start, how)]);
      const calls = CALLS + (how.how === 'worksInBeforeExit' ? 1 : 0);
      expect(withUs.calls).toBe(calls);
      expect(withUs.booked).toEqual({ 'job:exit': calls });
      expect(withUs.ended).toEqual(without.ended);
    });
  });

  it.each([
    ['SIGINT and SIGTERM', ['SIGINT', 'SIGTERM']],
    ['SIGTERM and SIGINT', ['SIGTERM', 'SIGINT']],
  ] as const)('%s: the one or the other', async (_, signals) => {
    const { booked, ended } = await run('flag', { whenReady: kill(...signals) });
    expect(booked).toEqual({ 'job:exit': CALLS });
    expect(signals).toContain(ended.signal);
  });

  it('a cluster: one worker is stopped, one loses its primary', async () => {
    const { booked, calls, ended } = await run('flag', { app: 'exit-cluster.mjs' });
    expect(calls).toBe(2 * CALLS);
    expect(booked).toEqual({ 'job:exit': 2 * CALLS });
    expect(ended).toEqual({ code: 0, signal: null });
  });

  it('node --watch: a restart, then Ctrl-C, which reaches it twice', async () => {
    const app = here(`exit-watched-${process.pid}.mjs`);
    writeFileSync(app, "await import('./exit-app.mjs');\n");
    let starts = 0;
    let touches = 0;
    const touch = (): void => utimesSync(app, new Date(), new Date(Date.now() + ++touches * 5_000));
    // A change is missed where the file is not watched yet.
    const touching = setInterval(touch, 20_000);
    try {
      const { booked, calls } = await run('flag', {
        command: [process.execPath, '--watch'],
        app,
        detached: true,
        whenReady(child) {
          const again = (): void => {
            if (++starts === 1) {
              touch();
              return;
            }
            clearInterval(touching);
            // The whole group of processes, as a terminal does.
            process.kill(-child.pid!, 'SIGINT');
          };
          child.stdout!.on('data', (text) => String(text).includes('ready') && again());
          again();
        },
      });
      expect(calls).toBe(2 * CALLS);
      expect(booked).toEqual({ 'job:exit': 2 * CALLS });
    } finally {
      clearInterval(touching);
      rmSync(app, { force: true });
    }
  });

  const namespaces = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;
  describe.skipIf(!namespaces)(
    `as process 1 of a container${namespaces ? '' : ' (skipped: no namespaces here)'}`,
    () => {
      const command = ['unshare', '--pid', '--fork', process.execPath];
      // Its parent in the namespace is not the one that we can signal: the application signals itself.
      it('a signal ends it, by its code', async () => {
        const { booked, ended } = await run('flag', { command, how: 'killsItself' });
        expect(booked).toEqual({ 'job:exit': CALLS });
        expect(ended).toEqual({ code: 128 + 15, signal: null });
      });
    },
  );
});
