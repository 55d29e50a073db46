import { readFileSync } from 'node:fs';

const texts = new Map<string, string>();

/** The query of the report in `folder`. Read once per process: a report is asked again and again where there is a page of them. */
export function queryText(folder: URL, language: 'sql' | 'kql'): string {
  const { href } = new URL(`query.${language}`, folder);
  let text = texts.get(href);
  if (text === undefined) {
    text = readFileSync(new URL(href), 'utf8');
    texts.set(href, text);
  }
  return text;
}
