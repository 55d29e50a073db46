import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ConfirmState } from '../../../src/core/contracts/exporter.ts';
import { spoolFiles } from '../../../src/spool/spool-files.ts';
import { parseSpoolName } from '../../../src/spool/spool-names.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { ScriptedExporter } from './helpers.ts';
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
