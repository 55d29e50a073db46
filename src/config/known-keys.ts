import { kustoKeys } from './kusto-schema.ts';
import type { Path } from './problem.ts';
import { definitions } from './table.ts';

const RULE = ['name', 'signal', 'match', 'target', 'events', 'attributes'];
const EVENT = ['name', 'unit', 'value', 'attributes', 'integrate'];

const KUSTO: ReadonlyMap<string, string[]> = new Map([
  ['', kustoKeys],
  ['auth', ['managedIdentity', 'appKey', 'certificate', 'token']],
  ['auth.managedIdentity', ['clientId']],
  ['auth.appKey', ['tenantId', 'clientId', 'clientSecret']],
  ['auth.certificate', ['tenantId', 'clientId', 'path']],
]);

/** Keys that may stand at `path`, for "did you mean". */
export function knownKeys(path: Path): string[] {
  const [first, , third, , fifth] = path;
  if (path.length === 0) return Object.keys(definitions);
  if (first === 'exporters') {
    if (path.length === 2) return ['otlp', 'kusto'];
    return third === 'kusto' ? (KUSTO.get(path.slice(3).join('.')) ?? []) : ['url', 'headers', 'timeoutMs'];
  }
  if (first !== 'rules') return [];
  if (path.length === 2) return RULE;
  if (third === 'match') return path.length === 3 ? ['kind', 'name', 'attributes'] : ['in', 'exists', 'like'];
  if (third === 'events') return fifth === 'value' ? ['attribute'] : EVENT;
  return [];
}
