/** Counts what is under way, so that virtual time stands still while real work is done. */
import type { Exporter } from '../../../../src/core/contracts/exporter.ts';
import { type SpoolFiles, spoolFiles } from '../../../../src/spool/spool-files.ts';

export class Busy {
  #calls = 0;

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#calls++;
    try {
      return await work();
    } finally {
      this.#calls--;
    }
  }

  /** Resolves when nothing has been under way for some turns of the event loop. */
  async quiet(): Promise<void> {
    for (let idle = 0; idle < 5; idle = this.#calls === 0 ? idle + 1 : 0)
      await new Promise((resolve) => (this.#calls === 0 ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }

  files(): SpoolFiles {
    const wrapped: Record<string, unknown> = {};
    for (const [name, call] of Object.entries(spoolFiles) as [string, (...args: never[]) => Promise<unknown>][])
      wrapped[name] = (...args: never[]) => this.during(() => call(...args));
    return wrapped as unknown as SpoolFiles;
  }

  exporter(inner: Exporter): Exporter {
    return {
      name: inner.name,
      supports: inner.supports,
      ...(inner.idempotentMs !== undefined && { idempotentMs: inner.idempotentMs }),
      ...(inner.concurrency !== undefined && { concurrency: inner.concurrency }),
      start: () => this.during(async () => inner.start?.()),
      export: (part, signal) => this.during(() => inner.export(part, signal)),
      confirm: (ids, signal) => this.during(() => inner.confirm!(ids, signal)),
      close: () => inner.close(),
    };
  }
}
