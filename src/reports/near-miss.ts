/** What somebody meant who wrote another word for it. */

const synonyms: Readonly<Record<string, readonly string[]>> = {
  origin: ['route', 'endpoint', 'handler', 'path', 'url', 'request', 'caller', 'job', 'origins'],
  target: ['database', 'db', 'host', 'queue', 'resource', 'server', 'system', 'targets'],
  service: ['app', 'application', 'process', 'service.name', 'services'],
};

/** One of `known`, or a row attribute where it could be the name of one; undefined where neither is likely. */
export function nearMiss(word: string, known: readonly string[]): string | undefined {
  const low = word.toLowerCase();
  const found = known.find((name) => distance(low, name.toLowerCase()) <= (name.length > 4 ? 2 : 1));
  if (found !== undefined) return found;
  const meant = known.find((name) => synonyms[name]?.includes(low));
  if (meant !== undefined) return meant;
  return /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(word) && !/^attributes?\b/.test(low) ? `attribute.${word}` : undefined;
}

/** Characters to add, to leave out or to exchange. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, char] of [...a.slice(0, 40)].entries()) {
    const next = [i + 1];
    for (let k = 0; k < b.length; k++) {
      next.push(Math.min(row[k + 1]! + 1, next[k]! + 1, row[k]! + (char === b[k] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}

export const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `: did you mean ${suggestion}?`;
