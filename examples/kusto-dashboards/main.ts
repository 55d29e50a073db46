/**
 * The shop of the demo, with its books in Kusto. Without a cluster it runs against the project's own protocol fake (with Azurite, and the real
 * Azure SDK); `--cluster <url> --database <name>` (and `--auth`) sends to yours. `--duration <seconds>` (10), `--out <directory>` for the
 * dashboards. Exit code 1 if what Kusto holds is not exactly what the shop itself counted.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startLoad } from '../demo/load.ts';
import { openShop } from '../demo/shop.ts';
import { compare } from '../demo/truth.ts';
import { ask, type Target, write } from './command.ts';
import { localKusto } from './local-kusto.ts';
import { arrivedRows } from './rows.ts';

const { values } = parseArgs({
  options: {
    cluster: { type: 'string' },
    database: { type: 'string', default: 'attribution' },
    auth: { type: 'string', default: 'default' },
    duration: { type: 'string', default: '10' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.duration);
if (!(seconds > 0 && seconds <= 3_600)) {
  console.error(`--duration: received ${JSON.stringify(values.duration)}; give seconds, more than 0 and at most 3600`);
  process.exit(2);
}
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const local = values.cluster === undefined ? await localKusto(values.database) : undefined;
const target: Target = local ?? { cluster: values.cluster!, database: values.database, auth: values.auth };
say(
  local === undefined
    ? `sending to ${target.cluster}`
    : `no --cluster: a local fake at ${target.cluster}, with Azurite for its storage`,
);

if (!values.json) say('\n$ otel-attribution kusto schema --apply');
await ask(target, ['kusto', 'schema', '--apply'], values.json);

const directory = await mkdtemp(join(tmpdir(), 'otel-attribution-kusto-'));
const out = values.out ?? directory;
await mkdir(out, { recursive: true });
say(`\n${seconds} s of customers ...`);
const since = Date.now();
const shop = await openShop(directory, 0, {
  OTEL_ATTRIBUTION_EXPORTERS: 'kusto',
  OTEL_ATTRIBUTION_KUSTO_CLUSTER: target.cluster,
  OTEL_ATTRIBUTION_KUSTO_DATABASE: target.database,
  OTEL_ATTRIBUTION_KUSTO_AUTH: target.auth,
});
const load = startLoad(shop.storefrontUrl);
await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
await load.stop();
const books = await shop.stop();

say(`${load.requests} requests; waiting for the service to ingest what it was handed ...`);
const rows = await arrivedRows(target, directory, since, local === undefined ? 300_000 : 20_000);
const { operations, mismatches } = compare(books, rows);
const exact = mismatches.length === 0 && operations > 0 && load.failures === 0;

for (const kind of ['adx', 'grafana']) await write(target, ['kusto', 'dashboard', kind], join(out, `${kind}.json`));

if (values.json) {
  console.log(JSON.stringify({ operations, exact, mismatches, rows: rows.length, directory, out }));
} else {
  for (const report of [['load'], ['per-request'], ['sources']]) {
    console.log(`\n$ otel-attribution ${report.join(' ')} --store kusto\n`);
    await ask(target, [...report, '--store', 'kusto']);
  }
  console.log(`\nexact: ${operations} operations in Kusto, ${mismatches.length} mismatches with the shop’s own books`);
  for (const m of mismatches) console.log(`  ${JSON.stringify(m)}`);
  console.log(
    `dashboards to import: ${relative(process.cwd(), join(out, 'adx.json'))}, ${relative(process.cwd(), join(out, 'grafana.json'))}`,
  );
}
await local?.close();
process.exitCode = exact ? 0 : 1;
