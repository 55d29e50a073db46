/**
 * `npm run demo`: a small shop under load, then who loaded what. Options: `--duration <seconds>` (20), `--json`, `--port <port>` of
 * the database (15432), the next one being that of payments. Ctrl-C ends it early. Exit code 1 if the measured load is not exactly what the shop's own books say.
 */
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startLoad } from './load.ts';
import { CLI, printReports, reportRows } from './reports.ts';
import { openShop } from './shop.ts';
import { compare, readRows } from './truth.ts';

const { values } = parseArgs({
  options: {
    duration: { type: 'string', default: '20' },
    port: { type: 'string', default: '15432' },
    json: { type: 'boolean', default: false },
  },
});
const durationMs = Number(values.duration) * 1000;
if (!(durationMs > 0 && durationMs <= 3_600_000)) {
  console.error(`--duration: received ${JSON.stringify(values.duration)}; give seconds, more than 0 and at most 3600`);
  process.exit(2);
}

/** Progress goes to standard error, so that standard output holds the reports alone. */
const say = (text: string): void => void process.stderr.write(text);
const interrupt = once(process, 'SIGINT');

const directory = await mkdtemp(join(tmpdir(), 'otel-attribution-demo-'));
say('opening the shop: storefront (Express), payments (Fastify), Postgres (PGlite) ...');
const shop = await openShop(directory, Number(values.port));
say(` open\n${values.duration} s of customers on ${shop.storefrontUrl} (Ctrl-C ends early) `);

const load = startLoad(shop.storefrontUrl);
const dots = setInterval(() => say('.'), 1000);
await Promise.race([interrupt, new Promise((resolve) => setTimeout(resolve, durationMs))]);
clearInterval(dots);
await load.stop();
const books = await shop.stop();
say(` ${load.requests.toLocaleString('en')} requests\n\n`);

const rows = await readRows(directory);
const { operations, mismatches } = compare(books, rows);
const exact = mismatches.length === 0 && operations > 0 && load.failures === 0;

if (values.json) {
  const reports = await reportRows(directory, rows);
  const { requests, failures } = load;
  console.log(JSON.stringify({ operations, exact, mismatches, requests, failures, directory, reports }));
} else {
  printReports(directory, rows);
  console.log(`exact: ${operations.toLocaleString('en')} operations, ${mismatches.length} mismatches`);
  console.log(
    '  (database queries, calls and requests, compared per service, origin and customer with the shop’s own counts)',
  );
  for (const m of mismatches) console.log(`  ${JSON.stringify(m)}`);
  if (load.failures > 0) console.log(`${load.failures} requests got no answer`);
  console.log('\nask more (trend, inventory, coverage, sources, load --help):');
  console.log(`  node ${relative(process.cwd(), CLI)} trend --directory ${directory}`);
}
process.exitCode = exact ? 0 : 1;
