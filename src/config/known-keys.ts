import type { Path } from './problem.ts';
import { definitions } from './table.ts';

const RULE = ['name', 'signal', 'match', 'target', 'events', 'attributes'];
const EVENT = ['name', 'unit', 'value', 'attributes', 'integrate'];

/** Keys that may stand at `path`, for "did you mean". */
export function knownKeys(path: Path): string[] {
  const [first, , third, , fifth] = path;
  if (path.length === 0) return Object.keys(definitions);
  if (first === 'exporters') return path.length === 2 ? ['otlp'] : ['url', 'headers', 'timeoutMs'];
  if (first !== 'rules') return [];
  if (path.length === 2) return RULE;
  if (third === 'match') return path.length === 3 ? ['kind', 'name', 'attributes'] : ['in', 'exists', 'like'];
  if (third === 'events') return fifth === 'value' ? ['attribute'] : EVENT;
  return [];
}
