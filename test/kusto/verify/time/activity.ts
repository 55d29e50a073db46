/** What a process has under way, so that virtual time stands still while real work is done. */
import type { Exporter } from '../../../../src/core/contracts/exporter.ts';
import { type SpoolFiles, spoolFiles } from '../../../../src/spool/spool-files.ts';

export class Activity {
  #works = 0;
  #calls = 0;
  #begunCalls = 0;
  #rested = Promise.withResolvers<void>();

  /** Work that ends by itself: files. */
  get works(): number {
    return this.#works;
  }

  /** Calls to the exporter, which may wait for a service that never answers. */
  get calls(): number {
    return this.#calls;
  }

  /** Changes whenever a call begins or ends. */
  get stamp(): number {
    return 2 * this.#begunCalls - this.#calls;
  }

  /** Resolves when work comes to its end. */
  get rested(): Promise<void> {
    return this.#works === 0 ? Promise.resolve() : this.#rested.promise;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#works++ === 0) this.#rested = Promise.withResolvers();
    try {
      return await work();
    } finally {
      if (--this.#works === 0) this.#rested.resolve();
    }
  }

  async calling<T>(call: () => Promise<T>): Promise<T> {
    this.#calls++;
    this.#begunCalls++;
    try {
      return await call();
    } finally {
      this.#calls--;
    }
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
      ...(inner.callMs !== undefined && { callMs: inner.callMs }),
      start: () => this.calling(async () => inner.start?.()),
      export: (...args) => this.calling(() => inner.export(...args)),
      confirm: (...args) => this.calling(() => inner.confirm!(...args)),
      close: () => inner.close(),
    };
  }
}
