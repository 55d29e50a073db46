/** Random groups with random culprits, on a model of the service: who is set aside, when, and at the price of how many messages. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConfirmState, PartHistory } from '../../../src/core/contracts/exporter.ts';
import { Handover, PARTS_AT_ONCE, WAITS } from '../../../src/exporters/kusto/handover.ts';
import type { Refusal } from '../../../src/exporters/kusto/protocol.ts';
import { makePart } from '../parts/make-part.ts';

const BATCHING_MS = 30_000;
const ROUND_MS = 300_000;
const DAY_MS = 86_400_000;

interface Plan {
  readonly parts: number;
  readonly guilty: ReadonlySet<number>;
  /** Whether the service says why. */
  readonly says: boolean;
  /** Rounds after which the process begins anew. */
  readonly restarts: ReadonlySet<number>;
  /** Other parts come and arrive. */
  readonly traffic: boolean;
}

interface Fate {
  readonly state: ConfirmState;
  /** Since the first hand-over. */
  readonly afterMs: number;
  readonly handOvers: number;
}

class World {
  readonly fates = new Map<string, Fate>();
  messages = 0;
  readonly #plan: Plan;
  readonly #all;
  readonly #guilty: ReadonlySet<string>;
  #handover = new Handover(BATCHING_MS);
  #now = 0;
  #blobs = 0;
  readonly #refusals = new Map<string, Refusal>();
  readonly #there = new Set<string>();
  readonly #histories = new Map<string, PartHistory>();
  readonly #handOvers = new Map<string, number>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#all = Array.from({ length: plan.parts }, (_, i) => makePart([], { sequence: i + 1 }));
    this.#guilty = new Set(this.#all.filter((_, i) => plan.guilty.has(i)).map(({ id }) => id));
    this.#handOver(this.#all.map(({ id }) => id));
  }

  get ids(): { innocent: string[]; guilty: string[] } {
    const ids = this.#all.map(({ id }) => id);
    return { innocent: ids.filter((id) => !this.#guilty.has(id)), guilty: [...this.#guilty] };
  }

  run(days: number): this {
    for (let i = 1; this.#now < days * DAY_MS && this.fates.size < this.#all.length; i++) {
      // A process is down for a while.
      if (this.#plan.restarts.has(i)) this.#handover = new Handover(BATCHING_MS);
      this.#now += ROUND_MS;
      this.#round();
    }
    return this;
  }

  #handOver(ids: readonly string[]): void {
    const companies = Map.groupBy(ids, (id) => this.#handover.companyOf(id, this.#histories.get(id)) ?? '');
    for (const company of companies.values()) {
      this.messages++;
      const sourceId = `blob ${++this.#blobs}`;
      for (const id of company) {
        const { missed } = this.#histories.get(id) ?? {};
        this.#histories.set(id, { sentAt: this.#now, missed });
        this.#handOvers.set(id, (this.#handOvers.get(id) ?? 0) + 1);
        const part = this.#all.find((one) => one.id === id)!;
        const sent = { outcome: 'handed', sourceIds: [sourceId], shared: company.length > 1 } as const;
        this.#handover.handed(part, this.#now, sent);
      }
      if (!company.some((id) => this.#guilty.has(id))) for (const id of company) this.#there.add(id);
      else if (this.#plan.says)
        this.#refusals.set(sourceId, { sourceId, details: 'malformed', transient: false, remedy: undefined });
    }
  }

  #round(): void {
    if (this.#plan.traffic) {
      const other = makePart([], { instance: 'other', sequence: this.#now });
      this.#handover.handed(other, this.#now, { outcome: 'handed', sourceIds: ['other'], shared: false });
      this.#handover.arrived(other.id);
    }
    const open = this.#all.map(({ id }) => id).filter((id) => !this.fates.has(id));
    for (const id of open.filter((one) => this.#there.has(one))) {
      this.#handover.arrived(id);
      this.#end(id, 'arrived');
    }
    const absent = open.filter((id) => !this.#there.has(id));
    const overdue = this.#handover.overdue(absent, this.#histories, this.#now, this.#now);
    const { states } = this.#handover.verdicts(overdue, { refusals: this.#refusals, askedAt: this.#now });
    const again: string[] = [];
    for (const [id, state] of states) {
      if (typeof state === 'object') this.#end(id, state);
      if (state !== 'missing' && state !== 'hindered') continue;
      const { missed, sentAt } = this.#histories.get(id)!;
      const counted = { times: (missed?.times ?? 0) + 1, since: missed?.since ?? sentAt! };
      this.#histories.set(id, { sentAt: undefined, missed: state === 'missing' ? counted : missed });
      again.push(id);
    }
    this.#handOver(again);
  }

  #end(id: string, state: ConfirmState): void {
    this.fates.set(id, { state, afterMs: this.#now, handOvers: this.#handOvers.get(id)! });
  }
}

const plans = fc.integer({ min: 1, max: PARTS_AT_ONCE }).chain((parts) =>
  fc.record({
    parts: fc.constant(parts),
    guilty: fc.uniqueArray(fc.nat({ max: parts - 1 }), { maxLength: parts }).map((list) => new Set(list)),
    says: fc.boolean(),
    restarts: fc.constantFrom(new Set<number>(), new Set([2]), new Set([1, 3, 7]), new Set([40, 80, 120])),
    traffic: fc.boolean(),
  }),
);

test('whoever is innocent arrives, whoever is guilty is set aside, and nobody is sent without end', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const world = new World(plan).run(7);
      const { innocent, guilty } = world.ids;
      for (const id of innocent) expect(world.fates.get(id)?.state, id).toBe('arrived');
      for (const id of guilty) {
        expect(world.fates.get(id)?.state, id).toEqual({ refused: expect.any(String) });
        // What is not read has all the time that a service may lag.
        if (!plan.says) expect(world.fates.get(id)!.afterMs).toBeGreaterThan(DAY_MS);
      }
      // What an earlier process handed over counts against nobody, as long as nothing counts yet.
      const most = WAITS.length + plan.restarts.size;
      for (const { handOvers } of world.fates.values()) expect(handOvers).toBeLessThanOrEqual(most);
      // After a restart those that are left travel alone, once.
      const alone = plan.restarts.size * plan.parts;
      expect(world.messages).toBeLessThanOrEqual(1 + alone + WAITS.length * 2 * Math.max(1, guilty.length));
    }),
    { numRuns: 200 },
  );
});

test('beside one culprit nobody waits for more than the rounds that halving takes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: PARTS_AT_ONCE }), fc.nat(), fc.boolean(), (parts, at, says) => {
      const world = new World({ parts, guilty: new Set([at % parts]), says, restarts: new Set(), traffic: false });
      world.run(7);
      const rounds = 1 + Math.ceil(Math.log2(parts));
      for (const id of world.ids.innocent) expect(world.fates.get(id)!.afterMs).toBeLessThanOrEqual(rounds * ROUND_MS);
      // Lone from then on, it is handed over five times in all.
      expect(world.messages).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(parts)) + (says ? 0 : WAITS.length));
    }),
  );
});
