import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../../src/stores/duckdb/index.ts';
import { testRow, writePart } from '../../helpers/parts.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const storeModule = new URL('../../../src/stores/duckdb/index.ts', import.meta.url).href;

async function holder(directory: string, holdMs: number): Promise<ChildProcess> {
  const code = `import { openStore } from ${JSON.stringify(storeModule)};
const store = await openStore({ directory: ${JSON.stringify(directory)} });
process.stdout.write('held');
setTimeout(() => { store.close(); }, ${holdMs});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return child;
}

function prepared(): string {
  const directory = tempDir();
  writePart(directory, { instance: 'i', sequence: 1, sealedAt: 1e12, rows: [testRow({ windowStart: 1e12 })] });
  return directory;
}

test('a held store says who holds it and what to do', async () => {
  const directory = prepared();
  const child = await holder(directory, 60_000);
  const error = await openStore({ directory, lockWaitMs: 200 }).catch((e: Error) => e);
  expect(error).toMatchObject({ code: 'ATTR_STORE_LOCKED', message: expect.stringContaining(`process ${child.pid} `) });
  expect((error as Error).message).toContain(join(directory, 'store.duckdb'));
  // The lock dies with its process.
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = await openStore({ directory });
  expect(await store.merge()).toMatchObject({ parts: 1 });
  store.close();
});

test('a store that is released in time is opened', async () => {
  const directory = prepared();
  await holder(directory, 400);
  const store = await openStore({ directory });
  expect(await store.merge()).toMatchObject({ parts: 1 });
  store.close();
});

test('an open that failed leaves nothing behind: the next one works', async () => {
  const directory = prepared();
  await holder(directory, 500);
  const results = await Promise.allSettled([
    openStore({ directory, lockWaitMs: 50 }),
    openStore({ directory, lockWaitMs: 50 }),
  ]);
  expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected']);
  const store = await openStore({ directory });
  expect(await store.all('SELECT count(*) AS n FROM parts')).toEqual([{ n: 0 }]);
  store.close();
});
