import { Command } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { registerDashboard } from '../../../src/cli/kusto/dashboard.ts';
import type { AdxDashboard } from './adx-checks.ts';
import type { GrafanaDashboard } from './grafana-checks.ts';

afterEach(() => vi.restoreAllMocks());

/** What the command prints. */
async function printed(...args: string[]): Promise<string> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  const kusto = new Command('kusto').exitOverride().configureOutput({ writeErr: () => {} });
  registerDashboard(kusto);
  await kusto.parseAsync(['dashboard', ...args], { from: 'user' });
  return text;
}

const cluster = 'https://shop.westeurope.kusto.windows.net';

it('fills in cluster, database, base name and title', async () => {
  const options = ['--cluster', cluster, '--database', 'books', '--table', 'Load', '--title', 'Load of the shop'];
  const adx = JSON.parse(await printed('adx', ...options)) as AdxDashboard;
  expect(adx.title).toBe('Load of the shop');
  expect(adx.dataSources).toMatchObject([{ clusterUri: `${cluster}/`, database: 'books' }]);
  expect(adx.queries.every(({ text }) => /\bLoad[A-Z]\w+\(|^_\w+_question\n/.test(text))).toBe(true);

  const grafana = JSON.parse(await printed('grafana', ...options)) as GrafanaDashboard & { title: string };
  expect(grafana.title).toBe('Load of the shop');
  const targets = grafana.panels.flatMap((panel) => panel.targets ?? []);
  // Those that show what another panel has asked have none.
  expect(new Set(targets.flatMap(({ database }) => database ?? []))).toEqual(new Set(['books']));
});

it('takes only the address from a connection string', async () => {
  const secret = `Data Source=${cluster};AAD Federated Security=True;Application Key=s3cret;Initial Catalog=books`;
  const text = await printed('adx', '--connection-string', secret);
  expect(text).toContain(`"clusterUri": "${cluster}/"`);
  expect(text).not.toContain('s3cret');
});

it.each([
  ['--cluster', 'https://ingest-trd-5n6ah7k4.z8.kusto.fabric.microsoft.com/books'],
  ['--cluster', 'https://dataexplorer.azure.com/clusters/trd-5n6ah7k4.z8.kusto.fabric.microsoft.com/databases/books'],
  ['--connection-string', 'Data Source=https://trd-5n6ah7k4.z8.kusto.fabric.microsoft.com/books;Fed=True'],
])('names the Eventhouse in Fabric that %s %s means', async (flag, address) => {
  const adx = JSON.parse(await printed('adx', flag, address)) as AdxDashboard;
  const clusterUri = 'https://trd-5n6ah7k4.z8.kusto.fabric.microsoft.com/';
  expect(adx.dataSources).toMatchObject([{ clusterUri, database: 'books' }]);
});

it('says what is wrong', async () => {
  await expect(printed('powerbi', '--cluster', cluster, '--database', 'books')).rejects.toThrow(/adx, grafana/);
  await expect(printed('adx', '--cluster', cluster, '--database', 'books', '--table', 'a-b')).rejects.toMatchObject({
    code: 'ATTR_CONFIG_INVALID',
  });
  await expect(printed('adx', '--connection-string', 'Fed=True;Initial Catalog=books')).rejects.toMatchObject({
    code: 'ATTR_USAGE',
  });
});
