/**
 * Where the database is, checked before anything is loaded or sent. Azure Data Explorer and Eventhouses of Microsoft Fabric are the same
 * engine under different domains.
 */
import { AttributionError } from '../../core/errors.ts';

const EXAMPLE = 'https://mycluster.westeurope.kusto.windows.net';
const FABRIC_EXAMPLE = 'https://trd-abc123.z1.kusto.fabric.microsoft.com';
/** Azure Data Explorer's own pages: `/clusters/<cluster>/databases/<database>`. */
const WEB_UI = 'dataexplorer.azure.com';
/** Pages about a cluster: its address is shown on them. */
const PORTALS = /^(?:portal\.azure\.(?:com|us|cn)|(?:[\w-]+\.)?(?:fabric\.microsoft|powerbi)\.com)$/;
const EXAMPLES = `an address such as ${EXAMPLE} or, for an Eventhouse in Microsoft Fabric, its Query URI, such as ${FABRIC_EXAMPLE}`;
/** A URL's host may hold more than that, such as the rest of a connection string. */
const HOST = /^(?:[\w-]+(?:\.[\w-]+)*|\[::1\])$/;
/** What the SDK calls a database that nobody named. */
const NO_DATABASE = 'NetDefaultDB';

export interface Address {
  /** The engine's URL: `https://<host>`, without path. */
  readonly url: string;
  /** Where the text names one. */
  readonly database?: string;
}

/**
 * What people copy: the address of a cluster with or without `https://`, that of its ingestion service (`https://ingest-…`), either with a
 * database behind it, and the address of a page of dataexplorer.azure.com. Plain http is for this computer only: tokens travel.
 * @throws AttributionError `ATTR_CONFIG_INVALID`
 */
export function readAddress(text: string): Address {
  const address = parseAddress(text);
  if (typeof address === 'string') throw invalid(text.trim(), address);
  return address;
}

/** What is wrong with an address; undefined for one that can be read. */
export function addressProblem(text: string): string | undefined {
  const address = parseAddress(text);
  return typeof address === 'string' ? `${address}; expected ${EXAMPLES}` : undefined;
}

/** Named by an address; undefined also for one that cannot be read: whoever connects with it says so. */
export function databaseBehind(text: string): string | undefined {
  const address = parseAddress(text);
  return typeof address === 'string' ? undefined : address.database;
}

/**
 * @param database where it is known already: the address must not name another one
 * @throws AttributionError `ATTR_CONFIG_INVALID`
 */
export function clusterUrl(text: string, database?: string): string {
  const address = readAddress(text);
  if (database !== undefined && database !== '' && address.database !== undefined && address.database !== database)
    throw new AttributionError(
      'ATTR_CONFIG_INVALID',
      `Kusto: the address names the database ${JSON.stringify(address.database)}, and \`database\` is ${JSON.stringify(database)}. Leave the path out of the address: ${address.url}`,
    );
  return address.url;
}

/** The address, or what is wrong with it. */
function parseAddress(text: string): Address | string {
  const given = text.trim();
  const whole = /^[a-z]+:\/\//i.test(given) ? given : `https://${given}`;
  if (!URL.canParse(whole)) return 'is not the URL of a cluster';
  const url = new URL(whole);
  const { protocol, hostname } = url;
  if (!HOST.test(hostname)) return 'is not the URL of a cluster';
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) return 'must begin with https://';
  if (hostname === WEB_UI) return ofWebUi(url);
  if (PORTALS.test(hostname))
    return 'is the page of a portal: copy the URI that the overview of the cluster shows or, in Fabric, the Query URI in the details of the Eventhouse or database';
  const path = segmentsOf(url);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || path.length > 1)
    return 'must be the address alone, without path or credentials';
  if (!hostname.includes('.') && !isLoopback(hostname)) return 'lacks the region and the domain of the service';
  const [database] = path;
  if (database !== undefined && !isDatabaseName(database))
    return 'must be the address alone, without path or credentials';
  if (protocol === 'https:' && hostname.startsWith('ingest-')) url.hostname = hostname.slice('ingest-'.length);
  return { url: url.origin, ...(database !== undefined && database !== NO_DATABASE && { database }) };
}

/** `https://dataexplorer.azure.com/clusters/help/databases/Samples?query=…`; outside of Azure's public cloud the cluster is a whole host. */
function ofWebUi(page: URL): Address | string {
  const [clusters, cluster, databases, database] = segmentsOf(page);
  if (clusters !== 'clusters' || cluster === undefined)
    return 'is a page that shows no cluster: open one there, or copy the address of the cluster';
  const host = cluster.replace(/^https:\/\//, '').replace(/\/$/, '');
  const address = parseAddress(/\.(?:com|net|cn|gov|fr|de|sg)$/.test(host) ? host : `${host}.kusto.windows.net`);
  if (typeof address === 'string' || databases !== 'databases' || database === undefined) return address;
  return isDatabaseName(database) ? { ...address, database } : address;
}

/** Of the path, decoded. */
function segmentsOf({ pathname }: URL): string[] {
  try {
    return pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return ['%', '%'];
  }
}

/** Of the service that takes in what is to be ingested. @param cluster as `clusterUrl` gives it */
export function ingestionUrl(cluster: string): string {
  return cluster.startsWith('https:') && !isLoopback(new URL(cluster).hostname)
    ? cluster.replace('https://', 'https://ingest-')
    : cluster;
}

/** The rules of the service: letters, digits, spaces, dashes and dots. */
function isDatabaseName(text: string): boolean {
  return /^[\p{L}\p{N}_ .-]{1,260}$/u.test(text);
}

/** @throws AttributionError `ATTR_CONFIG_INVALID` */
export function databaseName({ database }: { readonly database?: unknown }): string {
  if (typeof database === 'string' && isDatabaseName(database)) return database;
  throw new AttributionError(
    'ATTR_CONFIG_INVALID',
    database === undefined || database === ''
      ? 'Kusto: `database` is missing. Set it (or --database, OTEL_ATTRIBUTION_KUSTO_DATABASE) to the name of a database in the cluster; `az kusto database list` shows them.'
      : `Kusto: ${JSON.stringify(String(database).slice(0, 80))} cannot be the name of a database: only letters, digits, spaces and . - _ are allowed. \`az kusto database list\` shows the names.`,
  );
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function invalid(given: string, why: string): AttributionError {
  // Somebody may have pasted a connection string, with its secret, where the address belongs.
  const secret = /[;=@]/.test(given);
  const shown = secret ? 'The address given' : JSON.stringify(given.slice(0, 120));
  const instead = /;.*=/.test(given) ? ' (a connection string goes into `connectionString`)' : '';
  return new AttributionError(
    'ATTR_CONFIG_INVALID',
    `Kusto: ${shown} ${why}${instead}. Set \`cluster\` (or --cluster, OTEL_ATTRIBUTION_KUSTO_CLUSTER) to ${EXAMPLES}; \`az kusto cluster show --query uri\` prints that of a cluster in Azure.`,
  );
}
