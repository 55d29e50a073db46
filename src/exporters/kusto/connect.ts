/** From options to the SDK's connection, with names for tracing that tell nothing about the host. */
import { readFileSync } from 'node:fs';
import type { KustoConnectionStringBuilder } from 'azure-kusto-data';
import { AttributionError } from '../../core/errors.ts';
import type { Principal } from '../../kusto/grants.ts';
import { clusterUrl, databaseName, ingestionUrl } from './address.ts';
import { CachedCredential, credentialOf, type IdentityAuth } from './auth.ts';
import { Clouds } from './cloud.ts';
import { explain } from './failure.ts';
import { type Http, httpOf } from './http.ts';
import { principalOfToken } from './identity.ts';
import type { SettledKustoOptions } from './options.ts';
import { type DataSdk, dataWarning, loadData, loadIdentity, loadRestPipeline } from './peer.ts';

/** What the SDK writes where no tenant was named. */
const PLACEHOLDER_TENANTS: ReadonlySet<string | undefined> = new Set(['common', 'organizations', '', undefined]);

export interface Connection {
  readonly data: DataSdk;
  readonly http: Http;
  readonly cluster: string;
  /** Where the same cluster takes in what is to be ingested. */
  readonly ingestion: string;
  readonly database: string;
  /** Name and version of this package, for tracing. */
  readonly application: string;
  /** A new one for each client: the SDK's clients change what they are given. @param address default: the cluster */
  builder(address?: string): KustoConnectionStringBuilder;
  /** Comes before each request of the SDK to that address. @throws RetryableError */
  know(address: string): Promise<void>;
  /** Whom the requests so far were made for, where that can be told. */
  principal(): Principal | undefined;
  /** After a 401: the next request brings a new token. */
  forgetToken(): void;
}

/**
 * Opens nothing yet: the first request does.
 * @param notice told what a person should know although it works
 * @throws AttributionError `ATTR_CONFIG_INVALID`, `ATTR_PEER_MISSING`
 */
export async function connect(
  options: SettledKustoOptions,
  places: readonly string[],
  notice: (text: string) => void,
): Promise<Connection> {
  const database = databaseName(options);
  const [data, azure] = await Promise.all([loadData(places), loadRestPipeline(places)]);
  const warning = dataWarning(places);
  if (warning !== undefined) notice(warning);
  const http = httpOf(azure);
  const clouds = new Clouds(data, http, options.timeoutMs);
  // By default these are the path of the script and the name of the user.
  const application = `otel-attribution/${packageVersion()}`;
  const base = baseOf(options, data);
  const cluster = clusterUrl(base.dataSource ?? '', database);
  let credential: CachedCredential | undefined;
  let hostToken: string | undefined;
  const { auth } = options;
  if (options.connectionString === undefined || !bringsItsOwn(base, cluster)) {
    if (auth !== 'none' && !(typeof auth === 'object' && 'token' in auth))
      credential = cachedCredential(auth, cluster, clouds, places);
  }
  return {
    data,
    http,
    cluster,
    ingestion: ingestionUrl(cluster),
    database,
    application,
    builder(address = cluster) {
      const builder = Object.assign(new data.KustoConnectionStringBuilder(address), base);
      builder.dataSource = address;
      builder.initialCatalog = database;
      if (credential !== undefined) builder.tokenCredential = credential as NonNullable<typeof builder.tokenCredential>;
      if (typeof auth === 'object' && 'token' in auth) {
        builder.tokenProvider = async () => {
          hostToken = await auth.token();
          return hostToken;
        };
      }
      builder.applicationNameForTracing = application;
      builder.userNameForTracing = '';
      return builder;
    },
    async know(address) {
      try {
        await clouds.of(address);
      } catch (error) {
        throw explain(error, 'metadata', { cluster: address, database, table: options.table });
      }
    },
    principal() {
      const { applicationClientId: id, authorityId } = base;
      if (credential === undefined && id !== undefined)
        return { type: 'App', id, tenant: PLACEHOLDER_TENANTS.has(authorityId) ? undefined : authorityId };
      return principalOfToken(credential?.token ?? hostToken);
    },
    forgetToken: () => credential?.forget(),
  };
}

function baseOf({ cluster, connectionString }: SettledKustoOptions, data: DataSdk): KustoConnectionStringBuilder {
  if (connectionString === undefined) {
    if (cluster === undefined) {
      throw new AttributionError(
        'ATTR_CONFIG_INVALID',
        'Kusto: `cluster` is missing. Set it (or --cluster, OTEL_ATTRIBUTION_KUSTO_CLUSTER) to an address such as https://mycluster.westeurope.kusto.windows.net.',
      );
    }
    return new data.KustoConnectionStringBuilder(clusterUrl(cluster));
  }
  // A semicolon at the end, and a value with `=` in it, are more than the SDK's parser can take.
  const pairs = connectionString.split(';').filter((pair) => pair.trim() !== '');
  let builder: KustoConnectionStringBuilder;
  try {
    builder = new data.KustoConnectionStringBuilder(pairs.join(';'));
  } catch {
    // The SDK's message shows a part of the text, and that may be the secret.
    throw new AttributionError(
      'ATTR_CONFIG_INVALID',
      'Kusto: the connection string has a keyword that is not known. It looks like `Data Source=https://mycluster.westeurope.kusto.windows.net;AppClientId=…;AppKey=…;Authority Id=…`.',
    );
  }
  for (const pair of pairs) {
    const [keyword, ...rest] = pair.split('=');
    const value = rest.join('=').trim();
    const name = keyword!.trim().toLowerCase();
    if (name === 'application key' || name === 'appkey') builder.applicationKey = value;
    if (name === 'password' || name === 'pwd') builder.password = value;
  }
  return builder;
}

/** `Data Source=…;Fed=True` names no identity: then the default chain looks for one, except on this computer, where an emulator needs none. */
function bringsItsOwn(builder: KustoConnectionStringBuilder, cluster: string): boolean {
  const { applicationKey, password, applicationCertificatePrivateKey } = builder;
  return (
    applicationKey !== undefined ||
    password !== undefined ||
    applicationCertificatePrivateKey !== undefined ||
    cluster.startsWith('http:')
  );
}

function cachedCredential(
  auth: IdentityAuth,
  cluster: string,
  clouds: Clouds,
  places: readonly string[],
): CachedCredential {
  return new CachedCredential(async () => {
    const identity = await loadIdentity(places);
    // The SDK checks before each request that such an address may name such a place to log in.
    const { LoginEndpoint } = await clouds.of(cluster);
    return credentialOf(auth, identity, LoginEndpoint);
  });
}

let version: string | undefined;

/** The version of this package, from src and from dist alike. */
export function packageVersion(): string {
  version ??= (
    JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
  ).version;
  return version;
}
