/**
 * Microsoft's SDK for Kusto: 100 MB with all it brings, so an optional peer, loaded on first use. The storage and identity packages are
 * those that it depends on itself: found from where it lies, not from here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttributionError } from '../../core/errors.ts';
import type { Identity } from './auth.ts';
import type { Storage } from './storage.ts';

export type DataSdk = typeof import('azure-kusto-data');
export type IngestSdk = typeof import('azure-kusto-ingest');

// Version 7.1.0 of azure-kusto-data pins an axios with known vulnerabilities (Azure/azure-kusto-node issue 411).
const INSTALL = 'npm i azure-kusto-data@7.0.4 azure-kusto-ingest@7.0.1';

/** Where peers are looked for: the application's own copy first, as its version was chosen there; then the one beside this package. */
export function peerPlaces(): string[] {
  const script = process.argv[1];
  return [
    ...(script === undefined ? [] : [path.resolve(script)]),
    path.join(process.cwd(), 'package.json'),
    import.meta.url,
  ];
}

/** @throws AttributionError `ATTR_PEER_MISSING` */
export async function loadData(places: readonly string[]): Promise<DataSdk> {
  return load<DataSdk>(locate('azure-kusto-data', places), 'azure-kusto-data');
}

/** @throws AttributionError `ATTR_PEER_MISSING` */
export async function loadIngest(places: readonly string[]): Promise<IngestSdk> {
  return load<IngestSdk>(locate('azure-kusto-ingest', places), 'azure-kusto-ingest');
}

/** `@azure/identity`, as azure-kusto-data has it. */
export async function loadIdentity(places: readonly string[]): Promise<Identity> {
  const name = '@azure/identity';
  return load<Identity>(besides(name, locate('azure-kusto-data', places)), name);
}

/** The clients for blobs and queues, as azure-kusto-ingest has them. */
export async function loadStorage(places: readonly string[]): Promise<Storage> {
  const ingest = locate('azure-kusto-ingest', places);
  const [{ ContainerClient }, { QueueClient }] = (await Promise.all(
    ['@azure/storage-blob', '@azure/storage-queue'].map((name) => load<Storage>(besides(name, ingest), name)),
  )) as [Storage, Storage];
  return { ContainerClient, QueueClient };
}

async function load<T>(file: string, name: string): Promise<T> {
  try {
    return (await import(pathToFileURL(file).href)) as T;
  } catch (cause) {
    throw missing(`${name} did not load: ${cause instanceof Error ? cause.message.split('\n')[0] : cause}`, cause);
  }
}

function locate(name: string, places: readonly string[]): string {
  let cause: unknown;
  for (const place of places) {
    try {
      return createRequire(place).resolve(name);
    } catch (error) {
      cause ??= error;
    }
  }
  throw missing(`${name} is not installed`, cause);
}

/**
 * The file that `import` would load in a package beside `from`. `require.resolve` names the CommonJS build, which would be a second copy
 * of what the SDK has loaded already.
 */
function besides(name: string, from: string): string {
  const manifest = findPackageJSON(name, pathToFileURL(from));
  if (manifest !== undefined) {
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      exports?: { '.'?: { import?: string | { default?: string } } };
    };
    const entry = exports?.['.']?.import;
    const relative = typeof entry === 'string' ? entry : entry?.default;
    const file = relative === undefined ? undefined : path.resolve(path.dirname(manifest), relative);
    if (file !== undefined && existsSync(file)) return file;
  }
  return locate(name, [from]);
}

function missing(found: string, cause: unknown): AttributionError {
  return new AttributionError('ATTR_PEER_MISSING', `Kusto needs Microsoft's SDK: ${found}. Run: ${INSTALL}`, { cause });
}
