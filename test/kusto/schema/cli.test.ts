/** `otel-attribution kusto …` as a person runs it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../integration/cli/run-cli.ts';
import { type FakeKusto, startFakeKusto } from '../service/index.ts';

let fake: FakeKusto;
let connection: string[];

beforeAll(async () => {
  fake = await startFakeKusto({ database: 'db', azurite: false });
  connection = ['--cluster', fake.url, '--database', 'db', '--auth', 'none'];
});
afterAll(() => fake.close());

const schema = (...args: string[]) => runCli(['kusto', 'schema', ...connection, ...args]);

it('goes from nothing to a complete schema', async () => {
  const before = await schema('--diff');
  expect(before.code).toBe(1);
  expect(before.stdout).toMatch(/database db at http:\/\/127\.0\.0\.1:\d+: no schema yet\n/);
  expect(before.stdout).toMatch(/missing {4}table AttributionRaw\n/);
  expect(before.stdout).toMatch(/--apply/);

  const applied = await schema('--apply');
  expect(applied).toMatchObject({ code: 0, stdout: expect.stringMatching(/: \d+ changes made, and read back\n$/) });
  expect(applied.stderr).toMatch(/^1\/\d+ table AttributionRaw: was missing\n/);

  const after = await schema('--diff');
  expect(after).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/schema version 1 of otel-attribution .*\nEqual\.\n$/),
  });
  expect(await schema('--apply')).toMatchObject({ code: 0, stdout: expect.stringMatching(/nothing to change\n$/) });

  fake.execute('.create-or-alter function AttributionLoad() { print 1 }');
  const json = await schema('--diff', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    database: 'db',
    version: { version: 1 },
    expected: 1,
    equal: false,
    changes: [{ kind: 'function', name: 'AttributionLoad', state: 'different' }],
  });
  const mended = await schema('--apply', '--json');
  expect(JSON.parse(mended.stdout)).toMatchObject({ applied: [{ name: 'AttributionLoad' }], refused: [] });

  fake.execute(".create-or-alter function AttributionSchema() { print Version = long(7), Package = '9.0.0' }");
  const newer = await schema('--apply');
  expect(newer.code).toBe(1);
  expect(newer.stderr).toMatch(
    /^otel-attribution: the database db holds schema version 7.*npm i otel-attribution@latest\n$/,
  );
}, 60_000);

it('prints the script without a connection', async () => {
  const { code, stdout } = await runCli([
    'kusto',
    'schema',
    '--print',
    '--table',
    'Load',
    '--retention-rows-days',
    '90',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\.execute database script <\|\n\/\/ Schema version 1/);
  expect(stdout).toContain('.alter-merge materialized-view LoadRows policy retention softdelete = 90d');
  for (const role of ['Ingestor', 'Viewer', 'Monitor'])
    expect(stdout).toMatch(
      new RegExp(
        `// ${role}: it may .*Without: .*\\n// {3}az kusto .* --role ${role}\\n// {3}\\.add database \\['<database>'\\] ${role.toLowerCase()}s `,
      ),
    );
});

it('says what is missing on the command line', async () => {
  expect(await runCli(['kusto', 'schema', '--diff'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('which Kusto database?'),
  });
  expect(await schema()).toMatchObject({ code: 2, stderr: expect.stringContaining('--print, --diff and --apply') });
  expect(await schema('--print', '--apply')).toMatchObject({ code: 2 });
  expect(await schema('--apply', '--retention-raw-days', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--retention-raw-days is "x"'),
  });
});

it('estimates', async () => {
  const args = ['kusto', 'estimate', '--processes', '20', '--keys', '300'];
  const text = await runCli([...args, '--price-compute-hour', '0.5', '--nodes', '3', '--currency', 'USD']);
  expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/8\.6M[\s\S]*3 machines +1,095 USD/) });
  const json = await runCli([...args, '--hot-days', '10', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    processes: 20,
    perDay: { rows: 8_640_000 },
    levels: [{ hotDays: 7 }, { hotDays: 10 }, {}, {}],
  });
  expect(await runCli([...args, '--window', '7'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('must divide 300'),
  });
  expect(await runCli(['kusto', 'estimate', '--processes', 'many', '--keys', '3'])).toMatchObject({ code: 2 });
});
