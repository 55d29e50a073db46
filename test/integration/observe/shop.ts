/** Services of `shop.mjs` and a folder for their books, on a host of their own: sockets lie below TMPDIR. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Outcome, runCli, temporaryFolder } from '../cli/run-cli.ts';

const HERE = import.meta.dirname;
const REGISTER = path.resolve(HERE, '../../../src/register.ts');
const MAIN = path.resolve(HERE, '../../../src/cli/main.ts');

export class Service {
  readonly child: ChildProcess;
  readonly #said: unknown[] = [];
  #wake: (() => void)[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (message) => {
      this.#said.push(message);
      this.#wakeAll();
    });
    child.on('exit', () => this.#wakeAll());
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  say(message: object | string): void {
    this.child.send(message);
  }

  /** The first that fits; it is told once. */
  async hears<T>(fits: (message: unknown) => boolean): Promise<T> {
    for (;;) {
      const at = this.#said.findIndex(fits);
      if (at >= 0) return this.#said.splice(at, 1)[0] as T;
      if (this.child.exitCode !== null) throw new Error(`the service ended with code ${this.child.exitCode}`);
      await new Promise<void>((resolve) => void this.#wake.push(resolve));
    }
  }

  async does(message: object | string, answer: string): Promise<void> {
    this.say(message);
    await this.hears((said) => said === answer);
  }

  /** Requests `POST /checkout`, and gives the seconds that its statement took, by its own clock. */
  async checkout(): Promise<number> {
    this.say('checkout');
    const isAnswer = (said: unknown): boolean => typeof said === 'object' && said !== null && 'waited' in said;
    return (await this.hears<{ waited: number }>(isAnswer)).waited;
  }

  /** In an orderly way: its books are whole. */
  async end(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.say('end');
    await ended;
  }
}

export class Shop {
  readonly folder = temporaryFolder();
  readonly directory = path.join(this.folder, 'books');
  readonly #db: string;

  constructor(db: string) {
    this.#db = db;
  }

  async start(service: string, flags: readonly string[] = ['--import', REGISTER], db = this.#db): Promise<Service> {
    const child = spawn(process.execPath, [...flags, path.join(HERE, 'shop.mjs')], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_NO_WARNINGS: '1',
        TMPDIR: this.folder,
        DB: db,
        OTEL_SERVICE_NAME: service,
        OTEL_ATTRIBUTION_DIRECTORY: this.directory,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_NODE_RESOURCE_DETECTORS: 'env',
      },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const started = new Service(child);
    await started.hears((said) => said === 'ready');
    return started;
  }

  cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return runCli(['-d', this.directory, ...args], { env: { TMPDIR: this.folder, ...env } });
  }
  /** A command that looks until it is interrupted. Resolves when it has looked for the first time. */
  async watch(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Watching> {
    const child = spawn(process.execPath, [MAIN, '-d', this.directory, ...args, '--for', '10m', '--json'], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'test', TMPDIR: this.folder, ...env },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const outcome = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      outcome.stdout += chunk;
    });
    const closed = once(child, 'close');
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        outcome.stderr += chunk;
        if (outcome.stderr.includes('Ctrl-C')) resolve();
      });
      void closed.then(() => reject(new Error(`it ended: ${outcome.stderr}`)));
    });
    return {
      async end() {
        child.kill('SIGINT');
        const [code] = await closed;
        return { code, ...outcome };
      },
    };
  }
}

export interface Watching {
  /** As Ctrl-C does. */
  end(): Promise<Outcome>;
}
