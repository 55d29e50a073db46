/**
 * Microsoft's SDK for Kusto: 57 MB with all it brings, so an optional peer, loaded on first use. Identity and HTTP packages are those that it
 * depends on itself: found from where it lies, not from here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttributionError } from '../../core/errors.ts';
import type { Identity } from './auth.ts';
import type { RestPipeline } from './http.ts';

export type DataSdk = typeof import('azure-kusto-data');

const DATA = 'azure-kusto-data';
const IDENTITY = '@azure/identity';
const REST_PIPELINE = '@azure/core-rest-pipeline';
const INSTALL = `npm i ${DATA}@7.0.4`;

/** The range of peers in package.json: from 7.0.1 to before 7.1.0. */
const TESTED = /^7\.0\.[1-9]\d*$/;
/** What is known of versions outside of it: why they are outside. */
const KNOWN: Readonly<Record<string, string>> = {
  // https://github.com/Azure/azure-kusto-node/issues/411
  '7.1.0': 'it pins axios 1.4.0, which has known vulnerabilities',
};

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
  return load<DataSdk>(locate(DATA, places), DATA);
}

/** What speaks against the version of azure-kusto-data that `loadData` loads; undefined when nothing does. */
export function dataWarning(places: readonly string[]): string | undefined {
  const manifest = findPackageJSON(DATA, pathToFileURL(locate(DATA, places)));
  if (manifest === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  if (TESTED.test(version)) return undefined;
  const why = KNOWN[version] ?? 'this release was not tested with it';
  return `Kusto: ${DATA} ${version} is installed, and ${why}. Run: ${INSTALL}`;
}

/** `@azure/identity`, as azure-kusto-data has it. */
export async function loadIdentity(places: readonly string[]): Promise<Identity> {
  return load<Identity>(identityFile(places), IDENTITY);
}

/** The HTTP client of Azure's packages, as @azure/identity has it. */
export async function loadRestPipeline(places: readonly string[]): Promise<RestPipeline> {
  return load<RestPipeline>(besides(REST_PIPELINE, identityFile(places)), REST_PIPELINE);
}

function identityFile(places: readonly string[]): string {
  return besides(IDENTITY, locate(DATA, places));
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
