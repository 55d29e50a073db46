/** What a span does, in a word or two: `SELECT orders`, `publish`, `POST`. Never a value that somebody sent. */
import type { AttributeView } from '../../core/mapping/attribute-view.ts';
import { semconv } from '../../core/mapping/semconv.ts';
import { firstScalar } from '../../core/mapping/slot.ts';

/** Of a query's text: what is beyond says nothing more of its verb and its first table. */
const TEXT_MAX = 4_000;
const NAME_MAX = 80;

/** '' when the span does not say. */
export function operationOf(span: AttributeView): string {
  const text = (names: readonly string[]): string => String(firstScalar(span, names) ?? '');
  const query = queryParts(text(semconv.dbQueryText).slice(0, TEXT_MAX));
  const verb = text(semconv.dbOperation) || query.verb;
  if (verb !== '') return `${verb} ${text(semconv.dbCollection) || query.table}`.trim().slice(0, NAME_MAX);
  const { rpcMethod, messagingOperation, genaiOperation, httpMethod } = semconv;
  for (const names of [rpcMethod, messagingOperation, genaiOperation, httpMethod]) {
    const found = text(names);
    if (found !== '') return found.slice(0, NAME_MAX);
  }
  return '';
}

const COMMENTS = /\/\*.*?(?:\*\/|$)|--[^\n]*/gs;
const STRINGS = /'(?:[^']|'')*(?:'|$)|\$(\w*)\$.*?(?:\$\1\$|$)/gs;

/** Verb and first table of SQL; of other languages the first word, which is a command. */
function queryParts(text: string): { verb: string; table: string } {
  const plain = text.replaceAll(COMMENTS, ' ').replaceAll(STRINGS, "''");
  const first = /^[\s(]*([A-Za-z]{2,20})\b/.exec(plain)?.[1]?.toUpperCase() ?? '';
  const verb =
    first === 'WITH' ? (/\b(INSERT|UPDATE|DELETE|MERGE)\b/i.exec(plain)?.[1]?.toUpperCase() ?? 'SELECT') : first;
  const place =
    verb === 'UPDATE' ? /\bUPDATE\s+(?:ONLY\s+)?([\w."`[\]]+)/i : /\b(?:FROM|INTO|TABLE)\s+(?:ONLY\s+)?([\w."`[\]]+)/i;
  const table = /^(SELECT|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY|REPLACE)$/.test(verb)
    ? place.exec(plain)?.[1]
    : undefined;
  return { verb, table: table?.replaceAll(/["`[\]]/g, '') ?? '' };
}
