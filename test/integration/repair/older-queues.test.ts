/** Versions and libraries that lose the context, from an install of their own: what each job did is what was booked. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Exports } from '../../../src/otel/repair/exported.ts';
import { REPAIRS } from '../../../src/otel/repair/repairs.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { installDirectory, whyNotInstalled } from '../../installs/install.ts';
import { callsByOrigin, REGISTER, run } from '../register/run.ts';

const why = whyNotInstalled('queues');
const directory = installDirectory('queues');

describe.skipIf(why !== '')(`older queues ${why}`, () => {
  async function books(app: string, env: Record<string, string> = {}) {
    const all = { OTEL_TRACES_EXPORTER: 'none', OTEL_NODE_RESOURCE_DETECTORS: 'env', ...env };
    const outcome = await run(['--import', REGISTER, join(directory, app)], { cwd: directory, env: all });
    expect(outcome.stderr).toBe('');
    const did = JSON.parse(outcome.stdout) as Record<string, number>;
    return { did, booked: callsByOrigin(outcome.rows, 'task.done') };
  }

  it.each(['app.cjs', 'app.mjs'])('%s: each task belongs to the job that queued it', async (app) => {
    const { did, booked } = await books(app);
    expect(Object.keys(did)).toHaveLength(18);
    expect(booked).toEqual(did);
  });

  it('without the repair every one of them bills strangers', async () => {
    const config = join(tempDir(), 'off.yaml');
    writeFileSync(config, 'repair: false\n');
    const { did, booked } = await books('app.cjs', { OTEL_ATTRIBUTION_CONFIG_FILE: config });
    for (const [origin, tasks] of Object.entries(did)) expect(booked[origin], origin).not.toBe(tasks);
  });

  it.each(['p-limit', 'p-queue'])('the versions of %s that are ES modules', async (name) => {
    const file = name === 'p-limit' ? 'p-limit-4/index.js' : 'p-queue-9/dist/index.js';
    const namespace = (await import(pathToFileURL(join(directory, 'node_modules', file)).href)) as Exports;
    const storage = new AsyncLocalStorage<number>();
    const strangers = async ({ default: main }: Exports) => {
      let wrong = 0;
      const add = name === 'p-limit' ? main(2) : ((queue) => queue.add.bind(queue))(new main({ concurrency: 2 }));
      const work = async (task: number) => {
        if (storage.getStore() !== task) wrong++;
        await sleep(1);
      };
      await Promise.all(Array.from({ length: 12 }, (_, task) => storage.run(task, () => add(() => work(task)))));
      return wrong;
    };
    expect(await strangers(namespace)).toBeGreaterThan(0);
    const { apply } = REPAIRS.find(({ module }) => module === name)!;
    expect(await strangers(apply({ default: namespace.default })!)).toBe(0);
  });
});
