import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ConfirmState, ExportOutcome, PartHistory } from '../../../src/core/contracts/exporter.ts';
import { AmbiguousError, AttributionError, RetryableError } from '../../../src/core/errors.ts';
import type { Part } from '../../../src/core/model.ts';
import { deliveryDefaults } from '../../../src/pipeline/backoff.ts';
import { DeliveryMachine } from '../../../src/pipeline/delivery-machine.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { spoolFiles } from '../../../src/spool/spool-files.ts';
import { parseSpoolName } from '../../../src/spool/spool-names.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { hang, makePipeline, NOW, ScriptedExporter } from './helpers.ts';
import { openOutlet, until } from './open-outlet.ts';

class Handing extends ScriptedExporter {
  override supports = { idempotent: false, confirm: true, sync: false };
  answer: (id: string) => ConfirmState | undefined = () => undefined;

  async confirm(ids: readonly string[]): Promise<ReadonlyMap<string, ConfirmState>> {
    const answers = ids.map((id) => [id, this.answer(id)] as const);
    return new Map(answers.filter((entry): entry is [string, ConfirmState] => entry[1] !== undefined));
  }
}

const spooled = (directory: string): string[] =>
  readdirSync(path.join(directory, 'scripted')).filter((name) => parseSpoolName(name) !== undefined);

test('what has arrived while it was being written leaves no file behind, and is counted once', async () => {
  const directory = tempDir();
  const slow = Promise.withResolvers<void>();
  let writes = 0;
  const write: typeof spoolFiles.write = async (...args) => {
    if (++writes <= 2) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    await slow.promise;
    return spoolFiles.write(...args);
  };
  const exporter = new Handing('handed');
  const t = openOutlet(exporter, { directory, files: { ...spoolFiles, write } });
  t.outlet.offer(await t.put());
  await until(() => t.outlet.unconfirmed === 1);
  await t.outlet.storeUnsaved();
  const written = t.outlet.storeUnsaved();
  await until(() => writes === 3);
  exporter.answer = () => 'arrived';
  const confirmed = t.outlet.confirmNow();
  await new Promise((resolve) => setTimeout(resolve, 5));
  slow.resolve();
  await Promise.all([written, confirmed]);
  await until(() => t.outlet.backlog === 0);
  expect(spooled(directory)).toEqual([]);
  expect(t.accounts.total('attribution.part.exported', 'scripted')).toBe(1);
  expect(t.queue.pressure).toBe(0);
});

test.each([
  ['an unknown word', async (ids: readonly string[]) => new Map(ids.map((id) => [id, 'lost']))],
  ['null', async (ids: readonly string[]) => new Map(ids.map((id) => [id, null]))],
  ['no map', async () => undefined],
])('a destination that answers a question with %s has said nothing', async (_, confirm) => {
  const exporter = Object.assign(new Handing('handed'), { confirm: confirm as unknown as Handing['confirm'] });
  const t = openOutlet(exporter);
  t.outlet.offer(await t.put());
  await until(() => t.outlet.unconfirmed === 1);
  for (let round = 0; round < 5; round++) await t.outlet.confirmNow();
  expect(t.outlet.unconfirmed).toBe(1);
  expect(t.warnings.filter((text) => text.includes('nobody can be asked'))).toHaveLength(confirm.length === 0 ? 1 : 0);
});

test('that a destination cannot be asked is said once it goes on, and again the next time', async () => {
  const exporter = new Handing('handed');
  let fails = true;
  exporter.answer = () => {
    if (fails) throw new RetryableError('503');
    return 'pending';
  };
  const t = openOutlet(exporter);
  t.outlet.offer(await t.put());
  await until(() => t.outlet.unconfirmed === 1);
  const said = async (rounds: number): Promise<number> => {
    for (let round = 0; round < rounds; round++) await t.outlet.confirmNow();
    return t.warnings.filter((text) => text.includes('nobody can be asked whether they have arrived: 503')).length;
  };
  expect(await said(2)).toBe(0);
  fails = false;
  expect(await said(1)).toBe(0);
  fails = true;
  expect(await said(2)).toBe(0);
  expect(await said(20)).toBe(1);
  fails = false;
  await said(1);
  fails = true;
  expect(await said(3)).toBe(2);
  expect(t.outlet.unconfirmed).toBe(1);
});

test('what an exporter has no room for stays in the queue until there is some', async () => {
  const directory = tempDir();
  const full = new AttributionError('ATTR_SPOOL_FULL', 'the directory of the exporter has reached its cap');
  const exporter = new ScriptedExporter(full, full);
  const t = openOutlet(exporter, { directory });
  t.outlet.offer(await t.put());
  await until(() => exporter.delivered.length === 1);
  await until(() => t.outlet.backlog === 0);
  expect(t.accounts.total('attribution.part.dropped')).toBe(0);
  expect(t.accounts.total('attribution.part.retried', 'scripted')).toBe(2);
  expect(spooled(directory)).toEqual([]);
});

test('a queue that cannot be left keeps no exporter from its end', async () => {
  const queue = createPartQueue({ directory: tempDir() });
  const leave = async (): Promise<void> => {
    throw new Error('EIO');
  };
  const open = queue.open.bind(queue);
  queue.open = (...args) => {
    const parts = open(...args);
    return Object.assign(parts, { takeover: { ...parts.takeover!, leave } });
  };
  const exporter = new ScriptedExporter();
  const { pipeline, add, warnings } = makePipeline([exporter], { queue });
  add('a');
  await pipeline.shutdown();
  expect(exporter.closed).toBe(1);
  expect(warnings).toEqual([expect.stringContaining('EIO')]);
});

test('what the destination has not got waits in the queue as if it had never been sent', async () => {
  const directory = tempDir();
  const exporter = new Handing('handed');
  const t = openOutlet(exporter, { directory });
  t.outlet.offer(await t.put());
  await until(() => t.outlet.unconfirmed === 1);
  expect(spooled(directory)).toEqual([`i-1.handed-${NOW}.json.zst`]);
  t.outlet.suspend();
  exporter.answer = () => 'missing';
  await t.outlet.confirmNow();
  expect([t.outlet.backlog, spooled(directory)]).toEqual([1, [`i-1.missed-1x${NOW}.json.zst`]]);
});

test('how often a part was missed is told to the exporter, after a restart too, and forgotten once it is requeued', async () => {
  const directory = tempDir();
  const told: (PartHistory | undefined)[] = [];
  class Telling extends Handing {
    override async export(part: Part, signal: AbortSignal, history?: PartHistory): Promise<ExportOutcome> {
      told.push(history);
      return super.export(part, signal);
    }

    override async confirm(ids: readonly string[], _?: AbortSignal, histories?: ReadonlyMap<string, PartHistory>) {
      for (const id of ids) told.push(histories?.get(id));
      return super.confirm(ids);
    }
  }
  const exporter = new Telling('handed', 'handed', 'handed');
  const t = openOutlet(exporter, { directory });
  t.outlet.offer(await t.put());
  await until(() => t.outlet.unconfirmed === 1);
  exporter.answer = () => 'missing';
  await t.outlet.confirmNow();
  await until(() => t.outlet.unconfirmed === 1);
  exporter.answer = () => 'pending';
  await t.outlet.confirmNow();
  const once = { times: 1, since: NOW };
  expect(told).toEqual([
    { sentAt: NOW, missed: undefined },
    { sentAt: NOW, missed: undefined },
    { sentAt: NOW, missed: once },
    { sentAt: NOW, missed: once },
  ]);
  expect(spooled(directory)).toEqual([`i-1.handed-${NOW}.missed-1x${NOW}.json.zst`]);
  await t.parts.takeover!.leave();

  const next = new Telling('handed');
  next.answer = () => 'missing';
  const again = openOutlet(next, { directory });
  const { parts } = await again.parts.list(again.outlet.isKnown, 10);
  for (const part of parts) again.outlet.found(part);
  expect(parts.map(({ missed }) => missed)).toEqual([once]);
  again.outlet.suspend();
  await again.outlet.confirmNow();
  expect(spooled(directory)).toEqual([`i-1.missed-2x${NOW}.json.zst`]);
});

test('a part that is known not to be there yet is never set aside for silence', async () => {
  let now = 0;
  const timers = { now: () => now, after: () => () => {} };
  const exporter = new Handing('handed');
  const t = openOutlet(exporter, { timers, delivery: { ...deliveryDefaults, unconfirmedMs: 1_000 } });
  t.outlet.offer(await t.put());
  await until(() => t.outlet.unconfirmed === 1);
  for (const answer of ['pending', undefined, 'pending', undefined] as const) {
    exporter.answer = () => answer;
    now += 5_000;
    await t.outlet.confirmNow();
    expect([t.outlet.unconfirmed, t.queue.quarantined.length]).toEqual([1, 0]);
  }
  now += 1_000;
  await t.outlet.confirmNow();
  expect(t.queue.quarantined).toMatchObject([{ reason: expect.stringContaining('could not say') }]);
});

test('what was sent too long ago is asked about first, also where the clock was set back by as much', async () => {
  class Forgetful extends Handing {
    override supports = { idempotent: true, confirm: true, sync: false };
    readonly idempotentMs = 60_000;
  }
  let elapsed = 0;
  const timers = { now: () => elapsed, after: () => () => {} };
  const exporter = new Forgetful(new AmbiguousError('no answer'));
  const t = openOutlet(exporter, { timers });
  t.outlet.offer(await t.put());
  await until(() => t.outlet.failing);
  // Its own clock says that no time has passed.
  elapsed += 60_000;
  t.outlet.kick();
  await until(() => t.outlet.unconfirmed === 1);
  expect(exporter.calls).toHaveLength(1);
  exporter.answer = () => 'missing';
  await t.outlet.confirmNow();
  await until(() => exporter.delivered.length === 1);
});

test('beyond the most that an outlet knows of, parts stay in the queue until there is room', async () => {
  const directory = tempDir();
  const exporter = new ScriptedExporter(new RetryableError('down'));
  const t = openOutlet(exporter, {
    directory,
    delivery: { ...deliveryDefaults, partsMax: 2, concurrency: 1, backoffMs: 600_000 },
  });
  for (let i = 0; i < 5; i++) {
    const part = await t.put();
    t.outlet.offer(part);
    await until(() => part.durable);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(spooled(directory)).toHaveLength(5);
  expect([t.outlet.room, t.outlet.backlog]).toEqual([0, 2]);
  expect(t.accounts.total('attribution.part.dropped')).toBe(0);
  expect((await t.parts.list(t.outlet.isKnown, t.outlet.room)).parts).toEqual([]);
  t.outlet.kick();
  await until(() => t.outlet.backlog === 0);
  for (let round = 0; round < 2; round++) {
    const { parts } = await t.parts.list(t.outlet.isKnown, t.outlet.room);
    for (const part of parts) t.outlet.found(part);
    await until(() => t.outlet.backlog === 0);
  }
  expect(exporter.delivered.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
});

test.each([
  ['in memory', undefined],
  ['on disk', tempDir],
])('a fault of ours, %s: the part holds no place, and is kept for a person or the next process', async (_, dir) => {
  const directory = dir?.();
  const t = openOutlet(new ScriptedExporter(), { directory });
  const machine = new DeliveryMachine('scripted', new ScriptedExporter(hang), t.parts, t.context);
  const part = await t.put();
  await t.parts.writeBehind?.store(part);
  const delivery = machine.deliveries.begin(part);
  void machine.apply(delivery, { type: 'stored' });
  await until(() => machine.deliveries.flying.size === 1);
  void machine.apply(delivery, { type: 'crowded' });
  expect([delivery.phase, machine.deliveries.backlog]).toEqual(['gone', 0]);
  expect(t.warnings[0]).toMatch(/"crowded" cannot happen to a part that is flying/);
  expect(t.queue.quarantined).toHaveLength(directory === undefined ? 1 : 0);
  if (directory !== undefined)
    expect([spooled(directory).length, machine.deliveries.isKnown('i-1')]).toEqual([1, true]);
  expect(t.queue.pressure).toBe(0);
});

test('a question is about 500 parts at the most, and every part is asked about', async () => {
  const questions: (readonly string[])[] = [];
  const exporter = Object.assign(new Handing(...Array<'handed'>(501).fill('handed')), {
    confirm: async (ids: readonly string[]) => {
      questions.push(ids);
      return new Map(ids.map((id) => [id, 'arrived'] as const));
    },
  });
  const t = openOutlet(exporter);
  for (let i = 0; i < 501; i++) t.outlet.offer(await t.put());
  await until(() => t.outlet.unconfirmed === 501);
  await t.outlet.confirmNow();
  expect(questions.map((ids) => ids.length)).toEqual([500, 1]);
  expect(new Set(questions.flat()).size).toBe(501);
  expect(t.outlet.unconfirmed).toBe(0);
});
