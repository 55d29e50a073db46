/** One run of a process, ended as SIGKILL ends it: between any two steps, and nothing of it happens afterwards. */
import type { Exporter } from '../../../../src/core/contracts/exporter.ts';
import type { Timers } from '../../../../src/core/contracts/timers.ts';
import type { Part } from '../../../../src/core/model.ts';
import type { SpoolFiles } from '../../../../src/spool/spool-files.ts';
import type { Activity } from '../time/activity.ts';

const NEVER = new Promise<never>(() => {});

export class Life {
  readonly #timers: Timers;
  readonly #activity: Activity;
  #left: number;
  #dead = false;
  readonly #cancels = new Set<() => void>();
  #inner: Exporter | undefined;
  /** Parts whose write-ahead was done when its step was over: from then on they must not be lost. */
  readonly durable = new Map<string, Part>();

  /** Ends at the `steps`-th step. */
  constructor(timers: Timers, activity: Activity, steps = Number.POSITIVE_INFINITY) {
    this.#timers = timers;
    this.#activity = activity;
    this.#left = steps;
  }

  get dead(): boolean {
    return this.#dead;
  }

  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const cancel of this.#cancels) cancel();
    void this.#inner?.close();
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
      now: () => this.#timers.now(),
      after: (ms, fn) => {
        if (this.#dead) return () => {};
        const cancel = this.#timers.after(ms, () => {
          this.#cancels.delete(cancel);
          fn();
        });
        this.#cancels.add(cancel);
        return () => {
          this.#cancels.delete(cancel);
          cancel();
        };
      },
    };
  }

  files(): SpoolFiles {
    const files = this.#activity.files();
    const wrapped: Record<string, (...args: never[]) => Promise<unknown>> = {};
    for (const [name, call] of Object.entries(files) as [string, (...args: never[]) => Promise<unknown>][])
      wrapped[name] = (...args) => this.#steps(() => call(...args));
    return {
      ...(wrapped as unknown as SpoolFiles),
      write: (folder, part, options) =>
        this.#steps(async () => {
          await files.write(folder, part, options);
          // On disk, whatever becomes of the process.
          this.durable.set(part.id, part);
        }),
    };
  }

  exporter(inner: Exporter): Exporter {
    this.#inner = inner;
    const counted = this.#activity.exporter(inner);
    return {
      ...counted,
      start: () => this.#steps(() => counted.start!()),
      export: (...args) => this.#steps(() => counted.export(...args)),
      confirm: (...args) => this.#steps(() => counted.confirm!(...args)),
    };
  }
}
