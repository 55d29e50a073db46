import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { testPart, writePart } from '../../helpers/parts.ts';
import { allReports } from '../../helpers/reports.ts';
import { runCli } from '../../integration/cli/run-cli.ts';
import { applySchema } from '../schema/apply.ts';
import { type FakeKusto, startFakeKusto } from '../service/index.ts';
import { begin, shopParts } from './shop.ts';

const MIN = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
/** A quarter of an hour is enough here: parity.test.ts has the rest. */
const parts = shopParts().filter((part) => part.sealedAt > begin && part.sealedAt < begin + 16 * MIN);
const directory = mkdtempSync(join(tmpdir(), 'oa-kusto-'));
let fake: FakeKusto;

beforeAll(async () => {
  for (const part of parts) writePart(directory, part);
  fake = await startFakeKusto({ azurite: false, database: 'Shop' });
  await applySchema((command) => fake.execute(command));
  const exporter = new KustoExporter({ cluster: fake.url, database: 'Shop', auth: 'none', mode: 'streaming' });
  const signal = AbortSignal.timeout(30_000);
  await Promise.all(parts.map((part) => exporter.export(testPart(part), signal)));
  await exporter.close();
  await applySchema((command) => fake.execute(command), kustoNames('Empty'));
});

afterAll(async () => {
  await fake.close();
  rmSync(directory, { recursive: true });
});

const connection = (): string[] => ['--store', 'kusto', '--cluster', fake.url, '--database', 'Shop', '--auth', 'none'];
const range = ['--from', iso(begin + 2 * MIN), '--to', iso(begin + 14 * MIN), '--tz', 'UTC'];

describe.each(allReports)('$name', ({ name }) => {
  test.each([[[]], [['--json']]])('says from Kusto what it says from the directory %j', async (format) => {
    const local = await runCli([name, '-d', directory, ...range, ...format]);
    const kusto = await runCli([name, ...connection(), ...range, ...format]);
    expect(local.code).toBe(0);
    expect(local.stdout.length).toBeGreaterThan(200);
    // The time of day passes between the two: coverage tells how long ago a silent instance was heard.
    const timeless = (text: string) => text.replaceAll(/"value": \d{4,}\.\d+|\d+(\.\d+)? (d|h|min)\b/g, '…');
    expect(timeless(kusto.stdout)).toBe(timeless(local.stdout));
    expect(kusto).toMatchObject({ code: 0, stderr: local.stderr });
  });
});

test('variables name the database as well; a flag of Kusto alone is a mistake', async () => {
  const env = { OTEL_ATTRIBUTION_KUSTO_CLUSTER: fake.url, OTEL_ATTRIBUTION_KUSTO_AUTH: 'none' };
  const asked = await runCli(['load', '--store', 'kusto', '--database', 'Shop', ...range], { env });
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('GET /search') });
  const mistake = await runCli(['load', '-d', directory, '--database', 'Shop']);
  expect(mistake).toMatchObject({ code: 2, stderr: expect.stringContaining('add --store kusto') });
});

test.each([
  ['no tables', 'Nothing', 3, /kusto schema --apply --table Nothing/],
  ['no rows', 'Empty', 3, /EmptyRows holds no rows yet.*spool ls/],
])('%s', async (_, table, code, message) => {
  const asked = await runCli(['load', ...connection(), '--table', table]);
  expect(asked).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
});

describe('functions of another release', () => {
  const names = kustoNames('Former');
  const sums = `${names.sums}(_from:datetime, _to:datetime, _grain:timespan=1h, _asOf:datetime=datetime(null))`;
  const states = [
    [
      'all of the former one',
      [`.drop function ${names.rollup1hTaken}`, `.create-or-alter function ${sums} { ${names.rollup1h}() }`],
    ],
    ['an upgrade that was interrupted early', [`.drop function ${names.rollup1hTaken}`]],
    ['an upgrade that was interrupted later', [`.create-or-alter function ${sums} { ${names.rollup1h}() }`]],
  ] as const;

  test.each(states)('%s: the command that brings these is said', async (_, commands) => {
    await applySchema((command) => fake.execute(command), names);
    for (const command of commands) fake.execute(command);
    const asked = await runCli(['load', ...connection(), '--table', names.base, ...range]);
    expect(asked).toMatchObject({ code: 1, stdout: '' });
    expect(asked.stderr).toMatch(/older than this release.*otel-attribution kusto schema --apply .*--table Former/);
  });
});

test.each([
  [0, 'otel-attribution kusto schema --apply'],
  [99, 'npm i otel-attribution@latest'],
])('schema version %i', async (version, remedy) => {
  fake.execute(`.create-or-alter function OtherSchema() { print Version = long(${version}), Package = 'x' }`);
  const asked = await runCli(['load', ...connection(), '--table', 'Other']);
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining(remedy) });
});
