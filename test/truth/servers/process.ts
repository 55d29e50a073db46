/** Starting a server as a child of ours, in a temporary directory, on a free port; stopping it by its own pid. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const EXTRA_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin', '/usr/lib/rabbitmq/bin'];

/** Path of an installed program, or `undefined`. */
export function findProgram(...names: readonly string[]): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_DIRECTORIES];
  for (const name of names) {
    for (const directory of directories) if (existsSync(join(directory, name))) return join(directory, name);
  }
  return undefined;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const directories: string[] = [];

export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `truth-${name}-`));
  directories.push(directory);
  return directory;
}

/** Waits until something listens; rejects when the child ends first or the time is over. */
export async function listening(port: number, child: ChildProcess, name: string, timeoutMs = 90_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    if (child.exitCode !== null)
      throw new Error(`${name} ended with code ${child.exitCode} before it listened on ${port}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => {}).on('close', () => resolve(false));
      setTimeout(() => socket.destroy(), 1_000).unref();
    });
    if (open) return;
    await sleep(100);
  }
  throw new Error(`${name} did not listen on port ${port} within ${timeoutMs / 1000} s`);
}

export class Daemon {
  readonly child: ChildProcess;
  readonly #directory: string;
  #stderr = '';

  static readonly #running = new Set<ChildProcess>();

  /** At the end of the harness, whatever ended it: no server and no directory outlives it. */
  static killAll(): void {
    for (const child of Daemon.#running) child.kill('SIGKILL');
    if (process.env.TRUTH_KEEP !== undefined) return;
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  }

  constructor(command: string, args: readonly string[], directory: string, options: SpawnOptions = {}) {
    this.#directory = directory;
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory, ...options });
    Daemon.#running.add(this.child);
    this.child.once('exit', () => Daemon.#running.delete(this.child));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#stderr = (this.#stderr + chunk).slice(-4_000);
      });
    }
    this.child.on('error', (error) => {
      this.#stderr += error.message;
    });
  }

  get lastOutput(): string {
    return this.#stderr;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 8_000): Promise<void> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await gone;
      clearTimeout(late);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], directory: string): void {
  execFileSync(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 });
}
