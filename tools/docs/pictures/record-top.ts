/**
 * `node tools/docs/pictures/record-top.ts`: opens the demo's shop, sends customers to it and keeps what `top --json` says in `top.json`,
 * from which `npm run docs` makes the picture.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startLoad } from '../../../examples/demo/load.ts';
import { CLI } from '../../../examples/demo/reports.ts';
import { openShop } from '../../../examples/demo/shop.ts';

const INTERVAL_MS = 3_000;

const directory = await mkdtemp(path.join(tmpdir(), 'otel-attribution-top-'));
const shop = await openShop(directory, 15432, { TMPDIR: directory });
const load = startLoad(shop.storefrontUrl);
try {
  await sleep(5_000);
  const args = [CLI, 'top', '--json', '--interval', `${INTERVAL_MS}ms`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, TMPDIR: directory } });
  const picture = JSON.parse(stdout);
  for (const one of picture.processes) one.script = path.basename(one.script);
  picture.rows = picture.rows.map(({ target, active, max, oldestSeconds, ...names }: Record<string, unknown>) => ({
    target,
    names,
    active,
    max,
    oldestSeconds,
  }));
  const file = path.join(import.meta.dirname, 'top.json');
  await writeFile(file, `${JSON.stringify({ intervalMs: INTERVAL_MS, picture }, null, 2)}\n`);
} finally {
  await load.stop();
  await shop.stop();
  await rm(directory, { recursive: true, force: true });
}
