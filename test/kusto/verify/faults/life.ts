/** One run of a process, ended as SIGKILL ends it: between any two steps, and nothing of it happens afterwards. */
import type { Exporter, ExportOutcome, PartHistory } from '../../../../src/core/contracts/exporter.ts';
import type { Timers } from '../../../../src/core/contracts/timers.ts';
import type { Part } from '../../../../src/core/model.ts';
import { type SpoolFiles, spoolFiles } from '../../../../src/spool/spool-files.ts';

const NEVER = new Promise<never>(() => {});

export class Life {
  #left: number;
  #dead = false;
  readonly #last: (() => void)[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Parts whose write-ahead was done when its step was over: from then on they must not be lost. */
  readonly durable = new Map<string, Part>();

  /** Ends at the `steps`-th step. */
  constructor(steps = Number.POSITIVE_INFINITY) {
    this.#left = steps;
  }

  get dead(): boolean {
    return this.#dead;
  }

  onDeath(fn: () => void): void {
    this.#last.push(fn);
  }

  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const fn of this.#last) fn();
  }

  /** One step; true when it was one too many. */
  tick(): boolean {
    if (--this.#left <= 0) this.kill();
    return this.#dead;
  }

  /** Runs `work` as two steps, one on either side; for the dead it never settles. */
  async #steps<T>(work: () => Promise<T>): Promise<T> {
    if (this.tick()) return NEVER;
    const result = await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (this.tick()) return NEVER;
    if ('error' in result) throw result.error;
    return result.value;
  }

  /** What is due after the end does not happen. */
  timers(): Timers {
    return {
      now: () => performance.now(),
      after: (ms, fn, keepAlive = false) => {
        if (this.#dead) return () => {};
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          fn();
        }, ms);
        this.#timers.add(timer);
        if (!keepAlive) timer.unref();
        return () => {
          this.#timers.delete(timer);
          clearTimeout(timer);
        };
      },
    };
  }

  files(): SpoolFiles {
    const wrapped = { ...spoolFiles } as Record<string, (...args: never[]) => Promise<unknown>>;
    for (const [name, call] of Object.entries(spoolFiles) as [string, (...args: never[]) => Promise<unknown>][])
      wrapped[name] = (...args) => this.#steps(() => call(...args));
    const files = wrapped as unknown as SpoolFiles;
    return {
      ...files,
      write: (folder, part, options) =>
        this.#steps(async () => {
          await spoolFiles.write(folder, part, options);
          // On disk, whatever becomes of the process.
          this.durable.set(part.id, part);
        }),
    };
  }

  exporter(inner: Exporter): Exporter {
    this.onDeath(() => void inner.close());
    return new MortalExporter(inner, (work) => this.#steps(work));
  }
}

class MortalExporter implements Exporter {
  readonly name: string;
  readonly supports: Exporter['supports'];
  readonly idempotentMs?: number;
  readonly concurrency?: number;
  readonly #inner: Exporter;
  readonly #steps: <T>(work: () => Promise<T>) => Promise<T>;

  constructor(inner: Exporter, steps: <T>(work: () => Promise<T>) => Promise<T>) {
    this.#inner = inner;
    this.#steps = steps;
    this.name = inner.name;
    this.supports = inner.supports;
    if (inner.idempotentMs !== undefined) this.idempotentMs = inner.idempotentMs;
    if (inner.concurrency !== undefined) this.concurrency = inner.concurrency;
  }

  start(): Promise<void> {
    return this.#steps(async () => this.#inner.start?.());
  }

  export(part: Part, signal: AbortSignal, history?: PartHistory): Promise<ExportOutcome> {
    return this.#steps(() => this.#inner.export(part, signal, history));
  }

  confirm(ids: readonly string[], signal: AbortSignal, histories?: ReadonlyMap<string, PartHistory>) {
    return this.#steps(() => this.#inner.confirm!(ids, signal, histories));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
