/** An application under test in a process of its own, started the way a user starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from '../../src/core/row.ts';
import { readRows } from './books.ts';
import type { Endpoints } from './drivers/types.ts';
import type { AppSettings, FromHarness, PlannedRequest, ToHarness } from './frameworks/runtime.ts';
import { temporaryDirectory } from './servers/process.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const REGISTER = process.env.TRUTH_REGISTER ?? fileURLToPath(new URL('../../src/register.ts', import.meta.url));

/** Where the preloads are named. */
export type PreloadFlag = '--import' | '--require' | 'NODE_OPTIONS=--require';

export interface AppOptions {
  readonly service: string;
  /** File in this folder. */
  readonly entry: string;
  /** `register`: the flag alone. Otherwise a file that sets up the SDK, preloaded. */
  readonly start: 'register' | string;
  /** Packages preloaded before that. */
  readonly imports?: readonly string[];
  readonly flag?: PreloadFlag | undefined;
  readonly endBy?: readonly NodeJS.Signals[] | undefined;
  readonly endpoints: Endpoints;
  readonly env: Readonly<Record<string, string>>;
  readonly onCounted: (target: string, token: string, operations: number) => void;
}

const STARTED_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 30_000;

export class AppProcess {
  readonly #child: ChildProcess;
  readonly #directory = temporaryDirectory('app');
  readonly #service: string;
  readonly #endBy: readonly NodeJS.Signals[];
  /** What ended it: `code 0`, or the signal. */
  readonly #exited: Promise<string>;
  #output = '';
  #jobsDone: (() => void) | undefined;
  readonly ready: Promise<{ port: number; requests: readonly PlannedRequest[] }>;

  constructor(options: AppOptions) {
    this.#service = options.service;
    this.#endBy = options.endBy ?? [];
    const settings: AppSettings = { service: options.service, endpoints: options.endpoints };
    const preload = options.start === 'register' ? REGISTER : join(HERE, options.start);
    const imports = [...(options.imports ?? []).map((name) => import.meta.resolve(name)), preload];
    const inEnvironment = options.flag === 'NODE_OPTIONS=--require';
    const flag = inEnvironment ? '--require' : (options.flag ?? '--import');
    const preloads = imports.flatMap((file) => [flag, file]);
    this.#child = spawn(process.execPath, [...(inEnvironment ? [] : preloads), join(HERE, options.entry)], {
      cwd: this.#directory,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_NO_WARNINGS: '1',
        ...(inEnvironment ? { NODE_OPTIONS: preloads.map((word) => JSON.stringify(word)).join(' ') } : {}),
        OTEL_SERVICE_NAME: options.service,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_NODE_RESOURCE_DETECTORS: 'env',
        TRUTH_APP: JSON.stringify(settings),
        ...options.env,
      },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk).slice(-8_000);
      });
    }
    this.#exited = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)),
    );
    this.ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(this.#error('was not ready in time')), STARTED_WITHIN_MS);
      this.#child.on('message', (message: ToHarness) => {
        if (message.type === 'ready') {
          clearTimeout(late);
          resolve(message);
        } else if (message.type === 'counted') options.onCounted(message.target, message.token, message.operations);
        else this.#jobsDone?.();
      });
      void this.#exited.then((end) => {
        clearTimeout(late);
        reject(this.#error(`ended with ${end}`));
      });
    });
    this.ready.catch(() => {}); // whoever awaits it gets the error
  }

  get output(): string {
    return this.#output;
  }

  #error(what: string): Error {
    return new Error(`application ${this.#service} ${what}:\n${this.#output}`);
  }

  jobs(rounds: number): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#jobsDone = resolve;
    });
    this.#send({ type: 'jobs', rounds });
    return Promise.race([done, this.#exited.then((end) => Promise.reject(this.#error(`ended with ${end}`)))]);
  }

  #send(message: FromHarness): void {
    this.#child.send(message);
  }

  /** Ends the process in an orderly way, or by its signals as without us; its rows. */
  async stop(): Promise<readonly Row[]> {
    if (this.#endBy.length === 0) this.#send({ type: 'stop' });
    for (const signal of this.#endBy) this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    const end = await this.#exited;
    clearTimeout(late);
    const wanted = this.#endBy[0] ?? 'code 0';
    if (end !== wanted) throw this.#error(`ended with ${end} instead of ${wanted}`);
    return readRows(join(this.#directory, '.attribution'));
  }

  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await this.#exited;
    }
    if (process.env.TRUTH_KEEP === undefined) rmSync(this.#directory, { recursive: true, force: true });
    else process.stderr.write(`kept ${this.#directory}\n`);
  }
}
