import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ConfirmState } from '../../../src/core/contracts/exporter.ts';
import { AttributionError } from '../../../src/core/errors.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { spoolFiles } from '../../../src/spool/spool-files.ts';
import { parseSpoolName } from '../../../src/spool/spool-names.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { makePipeline, ScriptedExporter } from './helpers.ts';
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
  await t.outlet.confirmNow();
  await t.outlet.confirmNow();
  expect(t.outlet.unconfirmed).toBe(1);
  expect(t.warnings.filter((text) => text.includes('confirming'))).toHaveLength(confirm.length === 0 ? 1 : 0);
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
