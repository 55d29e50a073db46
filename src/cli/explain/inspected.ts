/** Reads what `console.dir` prints of plain data: unquoted keys, three kinds of quotes, long strings in pieces joined by +. */
import { parseAllDocuments } from 'yaml';

const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|`[^`\\]*(?:\\.[^`\\]*)*`/;
const JOINED = new RegExp(
  `(?:${STRING.source})(?:\\s*\\+\\s*(?:${STRING.source}))*|\\[Object: null prototype\\] `,
  'gs',
);
const PIECE = new RegExp(STRING.source, 'gs');
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', 0: '\0' };

/** The objects printed one after another; undefined when the text is something else. */
export function parseInspected(text: string): unknown[] | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  // With strings as JSON has them, the rest is a YAML flow mapping.
  const flow = text.replace(JOINED, (found) =>
    found.startsWith('[') ? '' : JSON.stringify((found.match(PIECE) ?? []).map(unquote).join('')),
  );
  const documents = parseAllDocuments(flow.replaceAll(/^\}\s*(?=\{)/gm, '}\n---\n'), { logLevel: 'silent' });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.map((document) => document.toJS({ maxAliasCount: 0 }) as unknown);
}

function unquote(piece: string): string {
  return piece
    .slice(1, -1)
    .replaceAll(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (_, braces, four, two, one) => {
      const code = Number.parseInt(braces ?? four ?? two ?? '', 16);
      if (one !== undefined) return ESCAPES[one] ?? one;
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    });
}
