import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { literalsOf } from './literals.ts';
import type { Text } from './text.ts';

const src = fileURLToPath(new URL('../../../../src/', import.meta.url));

/** What begins as a control command does, or holds an operator of a query. */
const COMMAND =
  /^\.(?:show|create|alter|drop|delete|rename|enable|disable|execute|get|set|append|ingest|clear|purge|move|undo|cancel)[\s-]/;
const QUERY =
  /(?:^|\n)\s*\| (?:where|extend|project|summarize|take|top|order|sort|distinct|join|union|mv-expand|count)\b/;

/** Questions to data management: the analyser knows the commands of the engine. */
const ELSEWHERE = /^\.get (?:ingestion resources|kusto identity token)$/;

/**
 * What the sources write as commands and queries that none of `texts` was made from: so nothing is added beside the gate. One line each.
 */
export function unanalysed(texts: readonly Text[]): string[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const all = texts.map(({ text }) => text);
  return files.flatMap((file) =>
    unanalysedIn(readFileSync(join(src, file), 'utf8'), all).map(
      (literal) => `src/${file}: no text that was analysed is made from ${JSON.stringify(literal.slice(0, 120))}`,
    ),
  );
}

export function unanalysedIn(source: string, texts: readonly string[]): string[] {
  return literalsOf(source).flatMap((pieces) => {
    const literal = pieces.join('…').replaceAll(/\{\{\w+\}\}/g, '…');
    // Backticks quote a command in prose for people.
    if (!(COMMAND.test(literal) || QUERY.test(literal)) || literal.includes('`') || ELSEWHERE.test(literal)) {
      return [];
    }
    const fixed = literal.trim().split('…');
    return texts.some((text) => holdsInOrder(text, fixed)) ? [] : [literal];
  });
}

function holdsInOrder(text: string, pieces: readonly string[]): boolean {
  let at = 0;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}
