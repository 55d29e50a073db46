/** From options to tokens on the wire. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settle } from '../../../src/config/settle.ts';
import { clusterUrl, databaseName, ingestionUrl } from '../../../src/exporters/kusto/address.ts';
import {
  CachedCredential,
  type Credential,
  credentialOf,
  type Identity,
  type IdentityAuth,
} from '../../../src/exporters/kusto/auth.ts';
import { connect } from '../../../src/exporters/kusto/connect.ts';
import { openKusto } from '../../../src/exporters/kusto/index.ts';
import { type KustoAuth, type KustoOptions, kustoOptions } from '../../../src/exporters/kusto/options.ts';
import {
  dataWarning,
  loadData,
  loadIdentity,
  loadRestPipeline,
  peerPlaces,
} from '../../../src/exporters/kusto/peer.ts';
import { type Stub, startStub } from './stub.ts';

const cluster = 'https://mycluster.westeurope.kusto.windows.net';

const connectTo = (options: Partial<KustoOptions>) =>
  connect(settle(kustoOptions, { database: 'shop', ...options }), peerPlaces(), () => {});

describe('the address', () => {
  test('names of databases', () => {
    for (const database of ['shop', 'My shop-2.0_x', 'Бухгалтерия']) expect(databaseName({ database })).toBe(database);
    for (const database of ['', "a'b", 'a/b', 'a?b', 'x'.repeat(300)])
      expect(() => databaseName({ database })).toThrow(/az kusto database list/);
  });
});

describe('the SDK trusts', () => {
  const trusts = async (url: string, login = 'https://login.microsoftonline.com'): Promise<boolean> => {
    const { kustoTrustedEndpoints } = await loadData(peerPlaces());
    try {
      kustoTrustedEndpoints.validateTrustedEndpoint(url, login);
      return true;
    } catch {
      return false;
    }
  };
  test.each([
    'https://mycluster.westeurope.kusto.windows.net',
    'https://trd-5n6ah7k4kzx9n7w4gb.z8.kusto.fabric.microsoft.com',
    'https://kvc-k6pq2mx8.southcentralus.kusto.windows.net',
    'https://mypool.myworkspace.kusto.azuresynapse.net',
  ])('%s and its ingestion', async (url) => {
    expect(await trusts(clusterUrl(url))).toBe(true);
    expect(await trusts(ingestionUrl(clusterUrl(url)))).toBe(true);
  });
  test.each(['https://trd-1.z8.kusto.fabric.microsoft.com.evil.example', 'https://fabric.example'])(
    'not %s: tokens stay here',
    async (url) => {
      expect(await trusts(clusterUrl(url))).toBe(false);
    },
  );
});

describe('credentials', () => {
  const made: [string, ...unknown[]][] = [];
  const fake = (name: string) =>
    class {
      constructor(...args: unknown[]) {
        made.push([name, ...args]);
      }
      getToken = async () => ({ token: name, expiresOnTimestamp: 0 });
    };
  const names = [
    'DefaultAzureCredential',
    'AzureCliCredential',
    'ManagedIdentityCredential',
    'WorkloadIdentityCredential',
    'ClientSecretCredential',
    'ClientCertificateCredential',
  ];
  const identity = Object.fromEntries(names.map((name) => [name, fake(name)])) as unknown as Identity;

  const kinds: [IdentityAuth, ...unknown[]][] = [
    ['default', 'DefaultAzureCredential', undefined],
    ['az-cli', 'AzureCliCredential'],
    ['managed-identity', 'ManagedIdentityCredential'],
    ['workload-identity', 'WorkloadIdentityCredential', undefined],
    [{ managedIdentity: { clientId: 'c' } }, 'ManagedIdentityCredential', { clientId: 'c' }],
    [
      { appKey: { tenantId: 't', clientId: 'c', clientSecret: 's' } },
      'ClientSecretCredential',
      't',
      'c',
      's',
      undefined,
    ],
    [
      { certificate: { tenantId: 't', clientId: 'c', path: '/p.pem' } },
      'ClientCertificateCredential',
      't',
      'c',
      '/p.pem',
      undefined,
    ],
  ];
  test.each(kinds)('%j', (auth, ...expected) => {
    made.length = 0;
    credentialOf(auth, identity);
    expect(made).toEqual([expected]);
  });

  test('of another cloud: the place to log in is that of the cluster', () => {
    made.length = 0;
    credentialOf('default', identity, 'https://login.microsoftonline.us');
    expect(made).toEqual([['DefaultAzureCredential', { authorityHost: 'https://login.microsoftonline.us' }]]);
  });

  test('the real package has all of them, beside the SDK', async () => {
    const real = await loadIdentity(peerPlaces());
    for (const name of names) expect(typeof real[name as keyof Identity], name).toBe('function');
    expect(typeof (await loadRestPipeline(peerPlaces())).createPipelineRequest).toBe('function');
  });

  test('a token is asked for once, renewed before it ends, and after a refusal', async () => {
    let now = 0;
    let asked = 0;
    const credential: Credential = {
      async getToken() {
        asked++;
        return { token: `t${asked}`, expiresOnTimestamp: now + 3_600_000 };
      },
    };
    const cached = new CachedCredential(
      async () => credential,
      () => now,
    );
    const token = async () => (await cached.getToken('s'))?.token;
    expect(await Promise.all([token(), token(), token()])).toEqual(['t1', 't1', 't1']);
    now = 54 * 60_000;
    expect(await token()).toBe('t1');
    now = 55 * 60_000;
    expect(await token()).toBe('t2');
    cached.forget();
    expect(await token()).toBe('t3');
  });

  test('one that failed is tried again', async () => {
    let tries = 0;
    const cached = new CachedCredential(async () => {
      if (++tries === 1) throw new Error('no metadata service');
      return { getToken: async () => ({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
    });
    await expect(cached.getToken('s')).rejects.toThrow('no metadata service');
    expect((await cached.getToken('s'))?.token).toBe('t');
  });
});

describe('connection strings', () => {
  const builderOf = async (connectionString: string) => (await connectTo({ connectionString })).builder();

  test('with a key that holds =, and a semicolon at the end', async () => {
    const builder = await builderOf(`Data Source=${cluster};AppClientId=id;AppKey=a=b==;Authority Id=tenant;`);
    expect(builder).toMatchObject({
      dataSource: cluster,
      applicationClientId: 'id',
      applicationKey: 'a=b==',
      authorityId: 'tenant',
      initialCatalog: 'shop',
      userNameForTracing: '',
    });
    expect(builder.tokenCredential).toBeUndefined();
  });

  test('without an identity: the default chain; the ingestion address is that of the engine', async () => {
    const builder = await builderOf('https://ingest-mycluster.westeurope.kusto.windows.net;Fed=True');
    expect(builder.dataSource).toBe(cluster);
    expect(builder.tokenCredential).toBeDefined();
  });

  test('of an Eventhouse in Fabric, with the database behind the address', async () => {
    const fabric = 'https://trd-5n6ah7k4.z8.kusto.fabric.microsoft.com';
    const builder = await builderOf(
      `Data Source=https://ingest-trd-5n6ah7k4.z8.kusto.fabric.microsoft.com/shop;Fed=True`,
    );
    expect(builder).toMatchObject({ dataSource: fabric, initialCatalog: 'shop' });
    await expect(builderOf(`${fabric}/other;Fed=True`)).rejects.toThrow(
      /names the database "other", and `database` is "shop"/,
    );
  });

  test('a mistake in it does not show its secrets', async () => {
    const error = await builderOf(`Data Source=${cluster};Nonsense=x;AppKey=hush;hush2`).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ code: 'ATTR_CONFIG_INVALID', message: expect.not.stringMatching(/hush/) });
  });

  test('what is missing is named', async () => {
    await expect(connectTo({})).rejects.toThrow(/`cluster` is missing/);
  });

  test.each(['default', 'az-cli', 'managed-identity', 'none', { token: async () => 't' }] as KustoAuth[])(
    '%j: one kind of token at most',
    async (auth) => {
      const builder = (await connectTo({ cluster, auth })).builder();
      expect([builder.tokenCredential !== undefined, builder.tokenProvider !== undefined]).toEqual([
        typeof auth === 'string' && auth !== 'none',
        typeof auth === 'object',
      ]);
    },
  );
});

describe('on the wire', () => {
  let stub: Stub;
  beforeEach(async () => {
    stub = await startStub();
  });
  afterEach(() => stub.close());

  const open = (options: Partial<KustoOptions>) =>
    openKusto({ cluster: stub.url, database: 'shop', timeoutMs: 2_000, ...options });

  test('no token at all with auth: none', async () => {
    const client = await open({ auth: 'none' });
    await client.query('print 1');
    expect(stub.of('query')[0]!.headers.authorization).toBeUndefined();
    await client.close();
  });

  test('a token function is asked for every request', async () => {
    let asked = 0;
    const client = await open({ auth: { token: async () => `t${++asked}` } });
    await client.query('print 1');
    await client.command('.show tables');
    expect([stub.of('query')[0], stub.of('mgmt')[0]].map((seen) => seen!.headers.authorization)).toEqual([
      'Bearer t1',
      'Bearer t2',
    ]);
    await client.close();
  });

  test('an identity that cannot log in: the error says how', async () => {
    const old = { ...process.env };
    process.env.PATH = '/nowhere';
    try {
      const client = await open({ auth: 'az-cli' });
      await expect(client.query('print 1')).rejects.toThrow(/no token could be had.*az login/);
      await client.close();
    } finally {
      process.env.PATH = old.PATH;
    }
  });
});

describe('the peer', () => {
  test("the application's own copy comes first", async () => {
    const here = createRequire(import.meta.url).resolve('azure-kusto-data');
    const data = await loadData([import.meta.url]);
    expect(data).toBe(await import(here));
  });

  describe('of another version', () => {
    const root = path.resolve(import.meta.dirname, '../../..');
    let folder: string;
    /** The real one under another version, with what it brings beside it. */
    async function install(version: string): Promise<string[]> {
      const data = path.join(folder, 'node_modules/azure-kusto-data');
      await mkdir(data, { recursive: true });
      const manifest = { name: 'azure-kusto-data', version, type: 'module', exports: './index.js' };
      await writeFile(path.join(data, 'package.json'), JSON.stringify(manifest));
      const real = pathToFileURL(createRequire(import.meta.url).resolve('azure-kusto-data'));
      await writeFile(path.join(data, 'index.js'), `export * from ${JSON.stringify(real.href)};`);
      await symlink(path.join(root, 'node_modules/@azure'), path.join(folder, 'node_modules/@azure'));
      return [path.join(folder, 'package.json')];
    }
    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'attribution-peer-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    test.each([
      [
        '7.1.0',
        /azure-kusto-data 7\.1\.0 is installed.*axios 1\.4\.0.*vulnerabilities.*Run: npm i azure-kusto-data@7\.0\.4$/,
      ],
      ['8.0.0', /8\.0\.0 is installed.*not tested.*Run: npm i azure-kusto-data@7\.0\.4$/],
      ['7.0.0', /7\.0\.0 is installed.*not tested/],
    ])('%s works, and is said', async (version, says) => {
      const places = await install(version);
      const said: string[] = [];
      const connection = await connect(
        settle(kustoOptions, { database: 'shop', cluster, auth: 'none' }),
        places,
        (text) => void said.push(text),
      );
      expect(connection.cluster).toBe(cluster);
      expect(said).toEqual([expect.stringMatching(says)]);
    });

    test.each(['7.0.1', '7.0.4', '7.0.12'])('%s is silent', async (version) => {
      expect(dataWarning(await install(version))).toBeUndefined();
    });

    test('package.json admits the same ones', async () => {
      const { peerDependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
      expect(peerDependencies['azure-kusto-data']).toBe('>=7.0.1 <7.1.0');
      expect(Object.keys(peerDependencies).filter((name) => /azure/.test(name))).toEqual(['azure-kusto-data']);
    });
  });

  test('missing: the line that brings it', async () => {
    const empty = await mkdtemp(path.join(tmpdir(), 'attribution-peer-'));
    for (const load of [loadData, loadIdentity, loadRestPipeline]) {
      await expect(load([path.join(empty, 'package.json')])).rejects.toMatchObject({
        code: 'ATTR_PEER_MISSING',
        message: expect.stringMatching(/Run: npm i azure-kusto-data@7\.0\.4$/),
      });
    }
    await rm(empty, { recursive: true });
  });
});
