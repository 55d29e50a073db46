/** Where the database is, checked before anything is loaded or sent. */
import { AttributionError } from '../../core/errors.ts';
import type { KustoOptions } from './options.ts';

const EXAMPLE = 'https://mycluster.westeurope.kusto.windows.net';

/**
 * The engine's URL: `https://<host>`, without path. What the portal shows without `https://` is understood, and so is the address of the
 * ingestion endpoint (`https://ingest-…`). Plain http is for this computer only: tokens travel.
 * @throws AttributionError `ATTR_CONFIG_INVALID`
 */
export function clusterUrl(text: string): string {
  const given = text.trim();
  let url: URL;
  try {
    url = new URL(/^[a-z]+:\/\//i.test(given) ? given : `https://${given}`);
  } catch {
    throw invalid(given, 'is not the URL of a cluster');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw invalid(given, 'must begin with https://');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/')
    throw invalid(given, 'must be the address alone, without path or credentials');
  if (!url.hostname.includes('.') && !isLoopback(url.hostname))
    throw invalid(given, 'lacks the region and the domain of the service');
  if (url.protocol === 'https:' && url.hostname.startsWith('ingest-')) url.hostname = url.hostname.slice(7);
  return url.origin;
}

/** Of the service that takes in what is to be ingested. @param cluster as `clusterUrl` gives it */
export function ingestionUrl(cluster: string): string {
  return cluster.startsWith('https:') && !isLoopback(new URL(cluster).hostname)
    ? cluster.replace('https://', 'https://ingest-')
    : cluster;
}

/** @throws AttributionError `ATTR_CONFIG_INVALID` */
export function databaseName(options: Pick<KustoOptions, 'database'>): string {
  const { database } = options;
  // The rules of the service: letters, digits, spaces, dashes and dots.
  if (typeof database === 'string' && /^[\p{L}\p{N}_ .-]{1,260}$/u.test(database)) return database;
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
  const shown = /[;=@]/.test(given) ? 'The address given' : JSON.stringify(given.slice(0, 120));
  return new AttributionError(
    'ATTR_CONFIG_INVALID',
    `Kusto: ${shown} ${why}. Set \`cluster\` (or --cluster, OTEL_ATTRIBUTION_KUSTO_CLUSTER) to an address such as ${EXAMPLE}; \`az kusto cluster show --query uri\` prints it.`,
  );
}
