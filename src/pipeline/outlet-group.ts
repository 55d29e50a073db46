import type { Exporter } from '../core/contracts/exporter.ts';
import type { PartQueue, PutResult } from '../core/contracts/part-queue.ts';
import { Outlet } from './outlet.ts';
import type { OutletContext } from './outlet-context.ts';
import { Upkeep } from './upkeep.ts';

/** All outlets of a pipeline, each with the upkeep of its part of the queue. */
export class OutletGroup {
  readonly #context: OutletContext;
  readonly #all: readonly { readonly outlet: Outlet; readonly upkeep: Upkeep }[];

  /** `instance`: of this process, asked when it is first needed. */
  constructor(exporters: readonly Exporter[], queue: PartQueue, context: OutletContext, instance: () => string) {
    this.#context = context;
    this.#all = withNames(exporters).map(([exporter, name]) => {
      const parts = queue.open(name, { instance, transient: exporter.exportSync !== undefined });
      const outlet = new Outlet(exporter, name, parts, context);
      return { outlet, upkeep: new Upkeep(parts, outlet, context.timers) };
    });
  }

  /** Names of those that take parts. */
  get open(): string[] {
    return this.#all.filter(({ outlet }) => !outlet.closing).map(({ outlet }) => outlet.name);
  }

  /** Begins to look after the queue: parts that others left are sent as well. */
  start(): void {
    this.#untraced(() => {
      for (const { upkeep } of this.#all) upkeep.start();
    });
  }

  /** Hands on what the queue took for each of the outlets `open`, out of `parts` new ones. */
  offer(results: readonly PutResult[], open: readonly string[], parts: number): void {
    for (const { outlet, upkeep } of this.#all) {
      if (!open.includes(outlet.name)) {
        for (let i = 0; i < parts; i++) outlet.refuse('closed', 'parts sealed after shutdown do not reach it any more');
        continue;
      }
      this.#untraced(() => upkeep.start());
      for (const one of results) {
        if (one.outlet !== outlet.name) continue;
        if ('part' in one) this.#untraced(() => outlet.offer(one.part));
        else outlet.refuse(one.refused, one.why);
      }
    }
  }

  /** Resolves when those that work have caught up; one that is down is not waited for. */
  async caughtUp(): Promise<void> {
    await Promise.all(this.#all.map(({ outlet }) => (outlet.failing ? undefined : outlet.caughtUp())));
  }

  /** Tries again now, and resolves when all have delivered, or try in vain. `until`: monotonic milliseconds. */
  async drained(until: number): Promise<void> {
    for (const { outlet } of this.#all) outlet.kick();
    await Promise.all(this.#all.map(({ outlet }) => outlet.drained(undefined, until)));
  }

  async confirmed(): Promise<void> {
    await Promise.all(this.#all.map(({ outlet }) => outlet.confirmNow()));
  }

  /** For the end of the process: starts no call that could not end any more. */
  suspend(): void {
    for (const { outlet } of this.#all) outlet.suspend();
  }

  flushSync(): void {
    for (const { outlet, upkeep } of this.#all) {
      outlet.flushSync();
      this.#untraced(() => upkeep.leaveSync());
    }
  }

  /** Each by itself: one that hangs until the deadline keeps no other from its end. */
  async close(deadline: Promise<unknown>): Promise<void> {
    await Promise.all(
      this.#all.map(async ({ outlet, upkeep }) => {
        upkeep.stop();
        await outlet.stop(deadline);
        // Before the exporter, which may hang: others may take over what is left.
        await Promise.race([this.#untraced(() => upkeep.leave()), deadline]);
        await outlet.close(deadline);
      }),
    );
  }

  /** Says what has not arrived after `what`, and where it is. */
  warnLeft(what: 'forceFlush' | 'shutdown'): void {
    const { logger } = this.#context;
    for (const { outlet } of this.#all) {
      const { name, backlog, unconfirmed, keeps, location } = outlet;
      const stay = keeps ? `; they stay in ${location} and are sent later.` : '.';
      if (backlog > 0) logger.warn(`${what}: ${backlog} parts have not reached exporter "${name}"${stay}`);
      if (unconfirmed > 0) {
        const line = `${what}: ${unconfirmed} parts handed to "${name}" are not confirmed${stay}`;
        if (what === 'shutdown' && keeps) logger.info(line);
        else logger.debug(line);
      }
    }
  }

  /** What a queue does on its own, whoever asked for it, is no work of the host's. */
  #untraced<T>(work: () => T): T {
    return this.#context.runUntraced(work);
  }
}

/** Exporters of the same kind keep their parts and their books apart: the second `otlp` is `otlp-2`. */
function withNames(exporters: readonly Exporter[]): [Exporter, string][] {
  const taken = new Map<string, number>();
  return exporters.map((exporter) => {
    const n = (taken.get(exporter.name) ?? 0) + 1;
    taken.set(exporter.name, n);
    return [exporter, n === 1 ? exporter.name : `${exporter.name}-${n}`];
  });
}
