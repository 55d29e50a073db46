/**
 * A world for spools: virtual time, processes that share a directory of real files and can die or be stopped before or after any step on
 * the disk, and a destination that counts what arrives. Everything follows from one seed.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Accounts } from '../../../src/core/accounts.ts';
import type { ConfirmState, Exporter, ExportOutcome } from '../../../src/core/contracts/exporter.ts';
import type { Timers } from '../../../src/core/contracts/timers.ts';
import { AmbiguousError, PermanentError, RetryableError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Part } from '../../../src/core/model.ts';
import { deliveryDefaults } from '../../../src/pipeline/backoff.ts';
import { Distributor } from '../../../src/pipeline/distributor.ts';
import { OutletGroup } from '../../../src/pipeline/outlet-group.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { type SpoolFiles, spoolFiles } from '../../../src/spool/spool-files.ts';
import { parseSpoolName } from '../../../src/spool/spool-names.ts';
import { makePart } from '../../unit/parts/make-part.ts';

export interface Kind {
  readonly idempotent: boolean;
  readonly confirm: boolean;
  readonly idempotentMs?: number;
}

export const CALL_MS = 1_000;
/** A destination that forgets ids notices repetitions for twice as long as it promises. */
const LOOKBACK = 2;
/** Longest way from the hand-over to the arrival. */
const QUEUE_MS = 20_000;
const START = 1_700_000_000_000;

export class World {
  readonly kind: Kind;
  readonly directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
  readonly destination: Destination;
  readonly processes: Process[] = [];
  /** Parts that were on disk at some time: none of them may be lost. */
  readonly durable = new Set<string>();
  now = START;
  /** Steps on the disk under way. */
  pending = 0;
  decoding = false;
  calm = false;
  /** One step on the disk at a time, in the order asked for: as far as it goes, a seed is a schedule. */
  disk: Promise<unknown> = Promise.resolve();
  readonly #history: string[] = [];
  readonly #random: () => number;
  #started = 0;

  constructor(kind: Kind, seed: number) {
    this.kind = kind;
    this.#random = mulberry32(seed);
    this.destination = new Destination(this);
  }

  chance(p: number): boolean {
    return this.#random() < p;
  }

  below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  note(text: string): void {
    this.#history.push(`${Math.round(this.now - START)} ${text}`);
  }

  /** All that happened to a part. */
  historyOf(id: string): string {
    return this.#history.filter((line) => line.includes(id)).join('\n');
  }

  spawn(): Process {
    const process = new Process(this, `p${++this.#started}`, () => this.#random());
    this.processes.push(process);
    process.outlets.start();
    return process;
  }

  get living(): Process[] {
    return this.processes.filter((process) => !process.dead);
  }

  /** Lets time pass, timer by timer, with all the work that each sets off. */
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    for (let i = 0; i < 2_000; i++) {
      const due = this.processes.flatMap((process) => process.due(until)).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.now = Math.max(this.now, due.at);
      this.destination.settle();
      due.fire();
      await this.settle();
    }
    this.now = until;
    this.destination.settle();
    await this.settle();
  }

  /** Until nothing happens any more by itself. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet++) {
      if (this.pending > 0) quiet = 0;
      if (this.decoding) {
        this.decoding = false;
        quiet = 0;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  inSpool(): string[] {
    return this.#parts('model').map((name) => parseSpoolName(name)!.id);
  }

  /** Ids in quarantine, with their reasons. */
  quarantined(): Map<string, string> {
    const folder = path.join(this.directory, 'quarantine/model');
    return new Map(
      this.#parts('quarantine/model').map((name) => {
        const id = parseSpoolName(name)!.id;
        return [id, readFileSync(path.join(folder, `${id}.reason.txt`), 'utf8').trim()];
      }),
    );
  }

  remove(): void {
    for (const process of this.processes) process.dead = true;
    rmSync(this.directory, { recursive: true, force: true });
  }

  #parts(folder: string): string[] {
    try {
      return readdirSync(path.join(this.directory, folder)).filter((name) => parseSpoolName(name) !== undefined);
    } catch {
      return [];
    }
  }
}

/** Counts arrivals; takes a repetition for one as long as it promises to. */
export class Destination {
  readonly arrivals = new Map<string, number[]>();
  readonly refused = new Set<string>();
  /** Handed over, under way: when it arrives, or that it never will. */
  readonly #queue: { readonly id: string; readonly at: number; readonly arrives: boolean }[] = [];
  readonly #world: World;
  down = false;

  constructor(world: World) {
    this.#world = world;
  }

  arrive(id: string, at = this.#world.now): void {
    this.#world.note(`arrives: ${id}`);
    this.arrivals.set(id, [...(this.arrivals.get(id) ?? []), at]);
  }

  hand(id: string): void {
    const { now, calm } = this.#world;
    const lost = !calm && this.#world.chance(0.15);
    this.#queue.push({ id, at: now + this.#world.below(QUEUE_MS), arrives: !lost });
  }

  settle(): void {
    for (let i = this.#queue.length - 1; i >= 0; i--) {
      const { id, at, arrives } = this.#queue[i]!;
      if (at > this.#world.now) continue;
      this.#queue.splice(i, 1);
      if (arrives) this.arrive(id, at);
      else if (this.#world.chance(0.3)) this.refused.add(id);
    }
  }

  /** The truth, and silence while it is not known. */
  stateOf(id: string): ConfirmState | undefined {
    if (this.arrivals.has(id)) return 'arrived';
    if (this.#queue.some((entry) => entry.id === id)) return undefined;
    return this.refused.has(id) ? { refused: 'the service refused it' } : 'missing';
  }

  /** How often a part counts at the destination. */
  counted(id: string): number {
    const times = this.arrivals.get(id) ?? [];
    const { idempotent, idempotentMs = Number.POSITIVE_INFINITY } = this.#world.kind;
    if (!idempotent) return times.length;
    return times.filter((at, i) => i === 0 || at - times[i - 1]! > LOOKBACK * idempotentMs).length;
  }
}

/** One process: an outlet with its queue. */
export class Process {
  readonly outlets: OutletGroup;
  readonly accounts = new Accounts();
  /** Parts of which it was told that they arrived. */
  readonly told = new Set<string>();
  readonly #distributor: Distributor;
  dead = false;
  readonly #world: World;
  readonly #name: string;
  #sequence = 0;
  /** Steps on the disk until it dies; after or before the effect of the last one. */
  #dies: { steps: number; after: boolean } | undefined;
  #stopped: { promise: Promise<void>; resolve: () => void } | undefined;
  readonly #timers = new Set<{ at: number; fn: () => void }>();

  constructor(world: World, name: string, random: () => number) {
    this.#world = world;
    this.#name = name;
    const timers: Timers = {
      now: () => world.now - START,
      after: (ms, fn) => {
        const timer = { at: world.now + ms, fn };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    };
    const now = (): number => world.now;
    const { directory } = world;
    const context = {
      accounts: this.accounts,
      logger: silentLogger,
      random,
      now,
      timers,
      delivery: { ...deliveryDefaults, callMs: CALL_MS, confirmMs: 5_000, backoffMaxMs: 8_000, attempts: 1_000 },
      runUntraced: <T>(fn: () => T): T => fn(),
    };
    const queue = createPartQueue({
      directory,
      maxSpoolBytes: 1_000_000_000,
      memoryPartsBytes: 1_000_000,
      clock: { now },
      files: this.#files(),
    });
    this.outlets = new OutletGroup([this.#exporter()], queue, context, () => name);
    this.#distributor = new Distributor(queue, this.outlets, context);
  }

  seal(): void {
    const part = makePart([{}], { instance: this.#name, sequence: ++this.#sequence, sealedAt: this.#world.now });
    void this.#distributor.store([part], undefined);
  }

  /** Dies for good at one of the next steps on the disk, or now. */
  crash(steps: number, after: boolean): void {
    if (steps === 0) this.dead = true;
    else this.#dies = { steps, after };
  }

  stop(): void {
    this.#stopped ??= Promise.withResolvers<void>();
    this.#world.note(`${this.#name} is stopped`);
  }

  resume(): void {
    this.#stopped?.resolve();
    this.#stopped = undefined;
  }

  due(until: number): { at: number; fire: () => void }[] {
    if (this.dead || this.#stopped !== undefined) return [];
    return [...this.#timers]
      .filter(({ at }) => at <= until)
      .map((timer) => ({
        at: timer.at,
        fire: () => {
          this.#timers.delete(timer);
          timer.fn();
        },
      }));
  }

  /** Never returns in a dead process, and waits in a stopped one. */
  async #alive(): Promise<void> {
    await this.#stopped?.promise;
    if (this.dead) await new Promise(() => {});
  }

  async #step<T>(effect: () => Promise<T>): Promise<T> {
    await this.#alive();
    const dies = this.#dies !== undefined && --this.#dies.steps <= 0;
    if (dies && !this.#dies!.after) this.dead = true;
    await this.#alive();
    this.#world.pending++;
    try {
      const done = this.#world.disk.then(effect);
      this.#world.disk = done.catch(() => {});
      return await done;
    } finally {
      this.#world.pending--;
      if (dies) this.dead = true;
      await this.#alive();
    }
  }

  #files(): SpoolFiles {
    const world = this.#world;
    const wrapped = Object.entries(spoolFiles).map(([name, fn]) => [
      name,
      (...args: unknown[]) =>
        this.#step(async () => {
          if (!world.calm && /^(write|rename|link)$/.test(name) && world.chance(0.02))
            throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
          world.note(
            `${this.#name} ${name} ${args.map((a) => (typeof a === 'string' ? path.basename(a) : '')).join(' ')}`,
          );
          const result = await (fn as (...all: unknown[]) => Promise<unknown>)(...args);
          if (name === 'write') world.durable.add((args[1] as Part).id);
          if (name === 'read') world.decoding = true;
          return result;
        }),
    ]);
    return Object.fromEntries(wrapped) as unknown as SpoolFiles;
  }

  #exporter(): Exporter {
    const { kind } = this.#world;
    return {
      name: 'model',
      supports: { idempotent: kind.idempotent, confirm: kind.confirm, sync: false },
      ...(kind.idempotentMs !== undefined && { idempotentMs: kind.idempotentMs }),
      export: (part, signal) => this.#export(part, signal),
      ...(kind.confirm && { confirm: (ids: readonly string[]) => this.#confirm(ids) }),
      close: async () => {},
    };
  }

  async #export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    const world = this.#world;
    const { destination, kind } = world;
    const begun = world.now;
    world.note(`${this.#name} exports ${part.id}`);
    await this.#alive();
    // Who wakes up in the middle of a call finds its deadline gone by: the request is not made.
    if (signal.aborted || world.now - begun > CALL_MS) throw new AmbiguousError('stopped for too long');
    if (destination.down) throw new RetryableError('503', world.chance(0.3) ? { retryAfterMs: 3_000 } : {});
    const arrive = (): void => (kind.confirm ? destination.hand(part.id) : destination.arrive(part.id));
    const dice = world.calm ? 1 : world.below(100) / 100;
    if (dice < 0.15) throw new RetryableError('busy');
    if (dice < 0.2) throw new PermanentError('the service refused it');
    if (dice < 0.45) {
      if (world.chance(0.5)) arrive();
      if (dice < 0.3) this.dead = true; // Between the arrival and the answer.
      await this.#alive();
      if (dice < 0.37) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      throw new AmbiguousError('connection lost');
    }
    arrive();
    if (!kind.confirm) this.told.add(part.id);
    return kind.confirm ? 'handed' : 'delivered';
  }

  async #confirm(ids: readonly string[]): Promise<ReadonlyMap<string, ConfirmState>> {
    await this.#alive();
    if (!this.#world.calm && (this.#world.destination.down || this.#world.chance(0.2))) throw new Error('cannot ask');
    const states = new Map<string, ConfirmState>();
    for (const id of ids) {
      const state = this.#world.destination.stateOf(id);
      this.#world.note(`${this.#name} asks for ${id}: ${JSON.stringify(state)}`);
      if (state !== undefined) states.set(id, state);
      if (state === 'arrived') this.told.add(id);
    }
    return states;
  }
}

function mulberry32(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
