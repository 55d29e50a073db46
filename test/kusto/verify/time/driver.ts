/**
 * Moves virtual time, and nothing else does: from one timer to the next, of the process, of its thread and of the service, and only while no
 * real work is under way. So a run goes by what happens and not by how fast: on a machine that is ten times slower it takes ten times
 * longer and ends the same. A deadline can pass only where the service says that it lets a request hang.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeKusto } from '../../service/index.ts';
import type { Activity } from './activity.ts';
import type { DrivenThreads } from './driven-thread.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A call that neither ends nor waits for the service is looked at for so long; then it must be waiting for a timer. */
const STALL_MS = 10_000;
/** Turns of the event loop in which what has come in is dealt with. */
const TURNS = 3;

export class Driver {
  readonly #time: VirtualTime;
  readonly #fake: FakeKusto;
  readonly #threads: DrivenThreads;
  readonly #activity: Activity;
  #looked = '';
  #threadAt = Number.POSITIVE_INFINITY;
  /** How often time had to go on without knowing why a call did not. */
  stalls = 0;

  constructor(time: VirtualTime, fake: FakeKusto, threads: DrivenThreads, activity: Activity) {
    this.#time = time;
    this.#fake = fake;
    this.#threads = threads;
    this.#activity = activity;
  }

  /** Lets time pass until `done`, but no longer than `limitMs`; whether it was done. */
  async until(done: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
    const end = this.#time.now() + limitMs;
    for (;;) {
      const threadAt = await this.#rest();
      if (await done()) return true;
      if (this.#time.now() >= end) return false;
      const serviceAt = this.#fake.ingestDueAt - this.#time.wall() + this.#time.now();
      const at = Math.min(end, this.#time.nextAt, threadAt, serviceAt);
      this.#time.moveTo(at);
      if (serviceAt <= at) await this.#fake.ingestPending();
    }
  }

  async pass(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** Waits, in real time, for what ends by itself. Nothing else may be under way: no thread, and no request that hangs. */
  async still(): Promise<void> {
    await this.#threads.gone();
    while (this.#activity.works + this.#fake.underWay + this.#fake.hanging > 0) await sleep(1);
  }

  /** Resolves when nothing goes on by itself any more, with the time of the next timer of a thread. */
  async #rest(): Promise<number> {
    let since = performance.now();
    let stamp = '';
    for (;;) {
      await turns();
      if (this.#activity.works > 0) {
        await this.#activity.rested;
        continue;
      }
      if (this.#fake.underWay > 0) {
        await sleep(1);
        continue;
      }
      const before = this.#stamp();
      // Nothing has reached a thread since it was looked at last.
      if (this.#activity.calls === 0 && before === this.#looked && this.#threadAt > this.#time.now())
        return this.#threadAt;
      const states = await this.#threads.states();
      await turns();
      const after = this.#stamp();
      const nextAt = Math.min(Number.POSITIVE_INFINITY, ...states.map((state) => state.nextAt));
      const moves = before !== after || states.some(({ busy }) => busy);
      if (!moves && (this.#activity.calls === 0 || this.#fake.hanging > 0)) {
        this.#looked = after;
        this.#threadAt = nextAt;
        return nextAt;
      }
      if (moves || after !== stamp) {
        stamp = after;
        since = performance.now();
      } else if (performance.now() - since > STALL_MS) {
        this.stalls++;
        return nextAt;
      }
      if (!moves) await sleep(1);
    }
  }

  #stamp(): string {
    const { requestCount, underWay, hanging } = this.#fake;
    return `${requestCount} ${underWay} ${hanging} ${this.#activity.stamp}`;
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await new Promise((resolve) => setImmediate(resolve));
}
