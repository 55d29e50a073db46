/** The queue's own work on the disk makes no spans, whoever set it off. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import type { ConfirmState } from '../../../src/core/contracts/exporter.ts';
import { PermanentError, RetryableError } from '../../../src/core/errors.ts';
import { type SpoolFiles, spoolFiles } from '../../../src/spool/spool-files.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { makePipeline, ScriptedExporter } from './helpers.ts';

class Handing extends ScriptedExporter {
  override supports = { idempotent: false, confirm: true, sync: false };
  #asked = 0;

  async confirm(ids: readonly string[]): Promise<ReadonlyMap<string, ConfirmState>> {
    const state = this.#asked++ === 0 ? 'missing' : 'arrived';
    return new Map(ids.map((id) => [id, state]));
  }
}

test('every step on the disk', async () => {
  const context = new AsyncLocalStorage<'host' | 'untraced'>();
  const steps = new Set<string>();
  const files = Object.fromEntries(
    Object.entries(spoolFiles).map(([name, fn]) => [
      name,
      (...args: never[]) => {
        steps.add(`${name} ${context.getStore()}`);
        return (fn as (...all: never[]) => unknown)(...args);
      },
    ]),
  ) as unknown as SpoolFiles;
  const exporter = new Handing(new RetryableError('busy'), 'delivered', new PermanentError('400'), 'handed', 'handed');
  await context.run('host', async () => {
    const { pipeline, add } = makePipeline([exporter], {
      directory: tempDir(),
      files,
      runUntraced: (fn) => context.run('untraced', fn),
      delivery: { confirmMs: 5 },
    });
    pipeline.start();
    for (const origin of ['retried', 'refused', 'handed']) {
      add(origin);
      await pipeline.forceFlush();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    add('last');
    await pipeline.shutdown();
    pipeline.flushSync();
  });
  expect([...steps].filter((step) => step.endsWith(' host'))).toEqual([]);
  for (const name of ['write', 'rename', 'remove', 'sync', 'writeText', 'list', 'touch'])
    expect(steps, name).toContain(`${name} untraced`);
});
