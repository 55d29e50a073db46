/**
 * The protocol of the spool against a model: processes seal, send, fail in every way, hand over, confirm, are stopped, resumed, shut down
 * and killed at any step on the disk, and others go on with what they left. Whatever the destination can do: nothing that was on
 * disk is lost; where a repetition would count, nothing counts twice. A failing seed is run again with `SPOOL_SEED=n`, more with `SPOOL_RUNS=n`.
 */
import { expect, test } from 'vitest';
import { type Kind, World } from './world.ts';

const kinds: [string, Kind][] = [
  ['takes repetitions, for ever', { idempotent: true, confirm: false }],
  ['takes repetitions for two minutes, and can be asked', { idempotent: true, confirm: true, idempotentMs: 120_000 }],
  ['takes repetitions for two minutes', { idempotent: true, confirm: false, idempotentMs: 120_000 }],
  ['takes nothing twice', { idempotent: false, confirm: false }],
  ['takes nothing twice, and can be asked', { idempotent: false, confirm: true }],
];

const RUNS = Number(process.env.SPOOL_RUNS ?? 6);
const ONE = process.env.SPOOL_SEED === undefined ? undefined : Number(process.env.SPOOL_SEED);

test.each(kinds)('a destination that %s', { timeout: 600_000 }, async (_, kind) => {
  const totals = { parts: 0, arrived: 0, quarantined: 0, processes: 0, repeated: 0 };
  for (let seed = ONE ?? 1; seed <= (ONE ?? RUNS); seed++) {
    const world = new World(kind, seed);
    try {
      await live(world, 60);
      await end(world);
      check(world, seed, totals);
    } finally {
      world.remove();
    }
  }
  // The schedules reach what they are for.
  expect(totals.parts).toBeGreaterThan(RUNS * 5);
  expect(totals.arrived).toBeGreaterThan(totals.parts / 4);
  expect(totals.quarantined).toBeGreaterThan(0);
  if (kind.idempotent && ONE === undefined) expect(totals.repeated).toBeGreaterThan(0);
  console.log(JSON.stringify(totals));
});

async function live(world: World, steps: number): Promise<void> {
  for (let i = 0; i < 3; i++) world.spawn();
  await world.settle();
  for (let i = 0; i < steps; i++) {
    const living = world.living;
    const one = living[world.below(living.length)];
    const dice = world.below(100);
    if (one === undefined || dice < 8) world.spawn();
    else if (dice < 50) one.seal();
    else if (dice < 58) one.crash(world.below(6), world.chance(0.5));
    else if (dice < 64) one.stop();
    else if (dice < 74) for (const process of living) process.resume();
    else if (dice < 77) world.destination.down = !world.destination.down;
    else if (dice < 80) await leave(world, one);
    // Milliseconds, seconds, and now and then longer than an owner or a promise lives.
    await world.advance([0, 0, 5, 500, 3_000, 12_000, 90_000, 260_000][world.below(8)]!);
  }
}

/** An orderly end, or `process.exit`. */
async function leave(world: World, one: World['living'][number]): Promise<void> {
  one.resume();
  if (world.chance(0.5)) {
    // It may die on the way.
    void one.outlets.close(new Promise((resolve) => setTimeout(resolve, 50)));
    await world.advance(CLOSE_MS);
  } else {
    one.outlets.suspend();
    one.outlets.flushSync();
  }
  one.dead = true;
}
const CLOSE_MS = 2_000;

/** Everybody is gone; one process with a healthy destination does the rest. */
async function end(world: World): Promise<void> {
  for (const process of world.living) process.crash(0, false);
  await world.settle();
  world.calm = true;
  world.destination.down = false;
  world.spawn();
  for (let i = 0; i < 60 && (i < 4 || world.inSpool().length > 0); i++) await world.advance(30_000);
}

function check(world: World, seed: number, totals: Record<string, number>): void {
  const { destination, durable, kind } = world;
  const quarantined = world.quarantined();
  const where = `seed ${seed}`;
  expect(world.inSpool(), `${where}: left in the spool`).toEqual([]);
  const lost = [...durable].filter((id) => !destination.arrivals.has(id) && !quarantined.has(id));
  expect(lost, `${where}: lost\n${lost.map((id) => world.historyOf(id)).join('\n')}`).toEqual([]);
  const doubled = [...destination.arrivals.keys()].filter((id) => destination.counted(id) > 1);
  expect(doubled, `${where}: counted twice\n${doubled.map((id) => world.historyOf(id)).join('\n')}`).toEqual([]);
  for (const [id, reason] of quarantined) {
    // What may have arrived is given up only where nobody can find out.
    const fair =
      kind.confirm || (kind.idempotent && kind.idempotentMs === undefined)
        ? /refused it/
        : /refused it|may have arrived/;
    expect(reason, `${where}: ${id}`).toMatch(fair);
  }
  for (const { accounts, told } of world.processes)
    expect(accounts.total('attribution.part.exported'), `${where}: counted exported`).toBeLessThanOrEqual(told.size);
  totals.parts! += durable.size;
  totals.arrived! += destination.arrivals.size;
  totals.quarantined! += quarantined.size;
  totals.processes! += world.processes.length;
  totals.repeated! += [...destination.arrivals.values()].filter((times) => times.length > 1).length;
}
