import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { expect, it, test } from 'vitest';
import { exporterOptions } from '../../../src/cli/configured.ts';
import { addFlags } from '../../../src/cli/flags.ts';
import { type ConnectionFlags, connectionFlags } from '../../../src/stores/kusto/flags.ts';
import * as options from '../../../src/stores/kusto/options.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const K = 'OTEL_ATTRIBUTION_KUSTO_';
const URL = 'https://mine.westeurope.kusto.windows.net';

type Env = Readonly<Record<string, string>>;

/** As the command line does. */
const optionsOfFile = (env: Env) => (name: string) => exporterOptions(name, env.OTEL_ATTRIBUTION_CONFIG_FILE ?? '');
const kustoOptionsOf = (flags: ConnectionFlags, env: Env) => options.kustoOptionsOf(flags, env, optionsOfFile(env));
const placeOf = (flags: ConnectionFlags, env: Env) => options.placeOf(flags, env, optionsOfFile(env));

function fileOf(text: string): { OTEL_ATTRIBUTION_CONFIG_FILE: string } {
  const file = path.join(tempDir(), 'attribution.yaml');
  writeFileSync(file, text);
  return { OTEL_ATTRIBUTION_CONFIG_FILE: file };
}

test.each<[string, ConnectionFlags, Record<string, string>, object]>([
  ['flags', { cluster: URL, database: 'db' }, {}, { cluster: URL, database: 'db' }],
  [
    'a host without https',
    { cluster: 'mine.westeurope.kusto.windows.net/', database: 'db' },
    {},
    { cluster: URL, database: 'db' },
  ],
  [
    'an emulator',
    { cluster: 'http://127.0.0.1:8080', database: 'db', auth: 'none' },
    {},
    { cluster: 'http://127.0.0.1:8080', database: 'db', auth: 'none' },
  ],
  [
    'variables',
    {},
    { [`${K}CLUSTER`]: URL, [`${K}DATABASE`]: 'db', [`${K}TABLE`]: 'Load', [`${K}AUTH`]: 'az-cli' },
    { cluster: URL, database: 'db', table: 'Load', auth: 'az-cli' },
  ],
  [
    'flags before variables',
    { database: 'mine', table: 'A' },
    { [`${K}CLUSTER`]: URL, [`${K}DATABASE`]: 'db', [`${K}TABLE`]: 'B' },
    { cluster: URL, database: 'mine', table: 'A' },
  ],
  [
    'an empty variable is none',
    { cluster: URL, database: 'db' },
    { [`${K}AUTH`]: '', [`${K}CONNECTION_STRING`]: '' },
    { cluster: URL, database: 'db' },
  ],
  [
    'a user-assigned identity',
    { cluster: URL, database: 'db', auth: 'managed-identity:11-22' },
    {},
    { cluster: URL, database: 'db', auth: { managedIdentity: { clientId: '11-22' } } },
  ],
  [
    'a connection string',
    {},
    { [`${K}CONNECTION_STRING`]: `Data Source=${URL};Fed=true`, [`${K}DATABASE`]: 'db' },
    { connectionString: `Data Source=${URL};Fed=true`, database: 'db' },
  ],
  [
    'the database in it',
    { connectionString: `Data Source=${URL};Initial Catalog="my db" ;Fed=true` },
    {},
    { connectionString: `Data Source=${URL};Initial Catalog="my db" ;Fed=true`, database: 'my db' },
  ],
  [
    'an Eventhouse in Fabric, by the address of its ingestion',
    { cluster: 'ingest-trd-5n6ah7k4.z8.kusto.fabric.microsoft.com', database: 'db' },
    {},
    { cluster: 'https://trd-5n6ah7k4.z8.kusto.fabric.microsoft.com', database: 'db' },
  ],
  ['the database behind the address', { cluster: `${URL}/my%20db` }, {}, { cluster: URL, database: 'my db' }],
  [
    'the address of a page of the web UI, in a variable',
    {},
    { [`${K}CLUSTER`]: 'https://dataexplorer.azure.com/clusters/mine.westeurope/databases/db?query=H4sI' },
    { cluster: URL, database: 'db' },
  ],
  [
    'a connection string that begins with address and database',
    { connectionString: `${URL}/db;Fed=true` },
    {},
    { connectionString: `${URL}/db;Fed=true`, database: 'db' },
  ],
  [
    'a cluster as flag before a string as variable',
    { cluster: URL, database: 'db' },
    { [`${K}CONNECTION_STRING`]: 'Data Source=https://other;Initial Catalog=x' },
    { cluster: URL, database: 'db' },
  ],
])('%s', (_, flags, env, expected) => {
  expect(kustoOptionsOf(flags, env)).toEqual(expected);
});

const file = `exporters:\n  - kusto: {cluster: "${URL}", database: filed, table: Filed, mode: streaming, auth: {appKey: {tenantId: t, clientId: c, clientSecret: s}}}\n`;

it('takes the exporter of the configuration file', () => {
  expect(kustoOptionsOf({}, fileOf(file))).toEqual({
    cluster: URL,
    database: 'filed',
    table: 'Filed',
    mode: 'streaming',
    auth: { appKey: { tenantId: 't', clientId: 'c', clientSecret: 's' } },
  });
});

it('puts flags over the file, and keeps its secret from another cluster', () => {
  expect(kustoOptionsOf({ database: 'mine' }, fileOf(file))).toMatchObject({
    cluster: URL,
    database: 'mine',
    auth: { appKey: {} },
  });
  const elsewhere = kustoOptionsOf({ cluster: 'https://other.kusto.windows.net' }, fileOf(file));
  expect(elsewhere).toEqual({
    cluster: 'https://other.kusto.windows.net',
    database: 'filed',
    table: 'Filed',
    mode: 'streaming',
  });
});

test.each<[string, ConnectionFlags, Record<string, string>, RegExp]>([
  ['nothing', {}, {}, /--cluster[\s\S]*KUSTO_CLUSTER[\s\S]*CONFIG_FILE/],
  ['only a database', { database: 'db' }, {}, /one of three ways/],
  ['no database', { cluster: URL }, {}, /--database/],
  ['an odd authentication', { cluster: URL, database: 'db', auth: 'password' }, {}, /"password".*az-cli/],
  ['a cluster that is no address', { cluster: 'my cluster', database: 'db' }, {}, /"my cluster".*kusto\.windows\.net/],
  ['a path behind the cluster', { cluster: `${URL}/v1/rest/query`, database: 'db' }, {}, /the address alone/],
  [
    'two databases',
    { cluster: `${URL}/db`, database: 'other' },
    {},
    /names the database "db", and `database` is "other"/,
  ],
  [
    'the page of a portal',
    { cluster: 'https://app.fabric.microsoft.com/groups/1/databases/2', database: 'db' },
    {},
    /page of a portal.*Query URI/,
  ],
  [
    'two authentications',
    { connectionString: `Data Source=${URL}`, database: 'db', auth: 'az-cli' },
    {},
    /brings its own/,
  ],
])('refuses %s', (_, flags, env, message) => {
  expect(() => kustoOptionsOf(flags, env)).toThrow(
    expect.objectContaining({ code: 'ATTR_USAGE', message: expect.stringMatching(message) }),
  );
});

it('refuses odd table names', () => {
  expect(() => kustoOptionsOf({ cluster: URL, database: 'db', table: 'a-b' }, {})).toThrow(
    expect.objectContaining({ code: 'ATTR_CONFIG_INVALID' }),
  );
});

it('never shows the connection string', () => {
  const connectionString = 'Data Source=https://x;AppKey=hunter2';
  expect(() => kustoOptionsOf({ connectionString }, {})).toThrow(expect.not.stringContaining('hunter2'));
});

it('knows the place as far as it is given', () => {
  expect(placeOf({}, {})).toEqual({});
  expect(placeOf({ database: 'db' }, fileOf(file))).toEqual({ cluster: URL, database: 'db', table: 'Filed' });
});

it('reads what commander parses', () => {
  const command = addFlags(new Command('x'), connectionFlags).action(() => {});
  command.parse(['--cluster', URL, '--database', 'db', '--connection-string', 'Data Source=y'], { from: 'user' });
  expect(kustoOptionsOf(command.opts(), {})).toEqual({ connectionString: 'Data Source=y', database: 'db' });
});
