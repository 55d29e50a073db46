/** How the demo's processes talk to `main.ts`: over Node's own channel between parent and child, beside the shop's traffic. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * In a child: says that it is ready, then waits to be stopped. `stop` must let go of everything that keeps the process alive;
 * what it returns is the child's last message. A child whose parent is gone stops as well.
 */
export function announce(ready: object, stop: () => Promise<object | undefined> | Promise<void>): void {
  let ending = false;
  process.once('SIGTERM', async () => {
    ending = true;
    const last = await stop();
    if (!process.connected) return;
    if (last) process.send?.(last);
    process.disconnect();
  });
  process.once('disconnect', () => {
    if (!ending) process.kill(process.pid, 'SIGTERM');
  });
  process.send?.(ready);
}

/** The wanted port if it is free, so that targets have the same names in every run; else any. */
export async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const probe = createServer();
    const bound = await new Promise<number>((resolve) => {
      probe.once('error', () => resolve(-1));
      probe.listen(port, '127.0.0.1', () => resolve((probe.address() as { port: number }).port));
    });
    if (bound < 0) continue;
    await new Promise((resolve) => probe.close(resolve));
    return bound;
  }
  throw new Error('no free port on 127.0.0.1');
}

export interface Child {
  readonly name: string;
  /** What the child announced. */
  readonly ready: Record<string, unknown>;
  /** Asks it to end; resolves with its last message when it has. Rejects when it fails or takes longer than 15 s. */
  stop(): Promise<unknown>;
}

/** In the parent: `node <args>`, resolved when it is ready. Not in the terminal's process group, so that Ctrl-C reaches `main.ts` alone. */
export async function start(name: string, args: readonly string[], env: Record<string, string>): Promise<Child> {
  const child = spawn(process.execPath, [...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as Record<string, unknown>),
    exited.then(([code, signal]) => {
      throw new Error(`${name} ended before it was ready (${signal ?? `exit code ${code}`})`);
    }),
  ]);
  return { name, ready, stop: () => stop(name, child, exited) };
}

async function stop(
  name: string,
  child: ChildProcess,
  exited: Promise<[number | null, string | null]>,
): Promise<unknown> {
  let last: unknown;
  child.on('message', (message) => {
    last = message;
  });
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  child.kill('SIGTERM');
  const [code, signal] = await exited;
  clearTimeout(late);
  if (code !== 0) throw new Error(`${name} did not end well (${signal ?? `exit code ${code}`})`);
  return last;
}
