/** How the lines of a part become rows. */
import { rowColumns } from './names.ts';

/** Each column is a field of the same name. Datetimes travel as ISO 8601. */
export const mappingEntries = rowColumns.map(({ name }) => ({ column: name, path: `$.${name}` }));

export function sameMapping(json: string, entries: readonly { column: string; path: string }[]): boolean {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return false;
  }
  if (!Array.isArray(parsed)) return false;
  // The service has written the path of a column in both ways.
  const is = parsed.map(
    (one) => `${one?.column ?? one?.Column} ${one?.Properties?.Path ?? one?.Properties?.path ?? one?.path}`,
  );
  const wanted = entries.map(({ column, path }) => `${column} ${path}`);
  return is.length === wanted.length && is.sort().join('\n') === wanted.sort().join('\n');
}
