import { expect, test } from 'vitest';
import { addressProblem, clusterUrl, ingestionUrl, readAddress } from '../../../../src/exporters/kusto/address.ts';

const adx = 'https://mycluster.westeurope.kusto.windows.net';
const fabric = 'https://trd-5n6ah7k4kzx9n7w4gb.z8.kusto.fabric.microsoft.com';
const free = 'https://kvc-k6pq2mx8zxk4v9.southcentralus.kusto.windows.net';

test.each<[string, string, database?: string]>([
  // Azure Data Explorer: URI and Data Ingestion URI of the portal's overview.
  [adx, adx],
  [`${adx}/`, adx],
  [' mycluster.westeurope.kusto.windows.net ', adx],
  ['HTTPS://MyCluster.WestEurope.kusto.windows.net:443', adx],
  ['https://ingest-mycluster.westeurope.kusto.windows.net', adx],
  [`${adx}/Telemetry`, adx, 'Telemetry'],
  [`${adx}/My%20database/`, adx, 'My database'],
  [`${adx}/NetDefaultDB`, adx],
  ['https://help.kusto.windows.net/Samples', 'https://help.kusto.windows.net', 'Samples'],
  [free, free],
  ['https://mypool.myworkspace.kusto.azuresynapse.net', 'https://mypool.myworkspace.kusto.azuresynapse.net'],
  ['https://mycluster.chinaeast2.kusto.chinacloudapi.cn', 'https://mycluster.chinaeast2.kusto.chinacloudapi.cn'],
  // Pages and shared links of its web UI.
  ['https://dataexplorer.azure.com/clusters/mycluster.westeurope', adx],
  ['https://dataexplorer.azure.com/clusters/mycluster.westeurope/databases/Telemetry', adx, 'Telemetry'],
  [
    'https://dataexplorer.azure.com/clusters/help/databases/Samples?query=H4sIAAA',
    'https://help.kusto.windows.net',
    'Samples',
  ],
  [`https://dataexplorer.azure.com/clusters/${encodeURIComponent(fabric)}/databases/shop`, fabric, 'shop'],
  [
    'https://dataexplorer.azure.com/clusters/trd-5n6ah7k4kzx9n7w4gb.z8.kusto.fabric.microsoft.com/databases/shop',
    fabric,
    'shop',
  ],
  // Microsoft Fabric: Query URI and Ingestion URI of an Eventhouse or database.
  [fabric, fabric],
  [`${fabric}/`, fabric],
  ['trd-5n6ah7k4kzx9n7w4gb.z8.kusto.fabric.microsoft.com', fabric],
  ['https://ingest-trd-5n6ah7k4kzx9n7w4gb.z8.kusto.fabric.microsoft.com', fabric],
  [`${fabric}/shop`, fabric, 'shop'],
  // Emulators.
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://localhost:8080/', 'http://localhost:8080'],
  ['http://[::1]:80', 'http://[::1]'],
])('%s', (given, url, database) => {
  expect(readAddress(given)).toEqual({ url, ...(database !== undefined && { database }) });
  expect(clusterUrl(given)).toBe(url);
  expect(addressProblem(given)).toBeUndefined();
});

test.each<[string, RegExp]>([
  ['', /is not the URL/],
  ['not a url at all', /is not the URL/],
  ['http://10.0.0.1', /must begin with https/],
  [fabric.replace('https', 'http'), /must begin with https/],
  ['ftp://a.b', /must begin with https/],
  ['mycluster', /lacks the region/],
  [`${adx}?x=1`, /without path or credentials/],
  [`${adx}/v1/rest/mgmt`, /without path or credentials/],
  [`${adx}/a'b`, /without path or credentials/],
  [`${adx}/%E0%A4%A`, /without path or credentials/],
  ['https://u:p@mycluster.westeurope.kusto.windows.net', /without path or credentials/],
  ['https://dataexplorer.azure.com/dashboards', /shows no cluster/],
  ['https://app.fabric.microsoft.com/groups/0f1c/databases/7d2a?experience=fabric-developer', /Query URI/],
  ['https://app.powerbi.com/groups/me/databases/7d2a', /Query URI/],
  ['https://portal.azure.com/#@contoso.com/resource/subscriptions/1/clusters/mycluster/overview', /page of a portal/],
])('%j is refused with examples', (given, why) => {
  for (const say of [addressProblem(given) ?? '', messageOf(() => readAddress(given))]) {
    expect(say).toMatch(why);
    expect(say).toMatch(/https:\/\/mycluster\.westeurope\.kusto\.windows\.net/);
    expect(say).toMatch(/https:\/\/trd-abc123\.z1\.kusto\.fabric\.microsoft\.com/);
  }
  expect(messageOf(() => readAddress(given))).toMatch(/az kusto cluster show --query uri/);
});

test('a connection string in its place is named as one, and its secret is not shown', () => {
  const message = messageOf(() => readAddress(`${adx};AppClientId=1;AppKey=hush`));
  expect(message).toMatch(/a connection string goes into `connectionString`/);
  expect(message).not.toContain('hush');
});

test('a database behind the address must be the one that is configured', () => {
  expect(clusterUrl(`${fabric}/shop`, 'shop')).toBe(fabric);
  expect(messageOf(() => clusterUrl(`${fabric}/shop`, 'stock'))).toMatch(
    /names the database "shop", and `database` is "stock"/,
  );
});

test.each([
  [adx, 'https://ingest-mycluster.westeurope.kusto.windows.net'],
  [fabric, 'https://ingest-trd-5n6ah7k4kzx9n7w4gb.z8.kusto.fabric.microsoft.com'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
])('%s takes in what is to be ingested at its own address', (cluster, ingestion) => {
  expect(ingestionUrl(cluster)).toBe(ingestion);
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toMatchObject({ code: 'ATTR_CONFIG_INVALID' });
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}
