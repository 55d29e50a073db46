/** What the tests of this folder know of Markdown: fenced blocks, links, headings, widths. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

export interface Page {
  /** From the root of the repository. */
  readonly name: string;
  readonly text: string;
}

export interface Fence {
  /** Of its opening line, from 1. */
  readonly line: number;
  readonly language: string;
  /** What the info string says after the language. */
  readonly mark: string;
  /** The line breaks at its end included. */
  readonly text: string;
}

export interface Link {
  readonly line: number;
  readonly to: string;
}

export function readPage(name: string): Page {
  return { name, text: readFileSync(path.join(root, name), 'utf8') };
}

/** The README and every page of docs/; `PAGE=docs/kusto.md` is that one alone. */
export function pages(): Page[] {
  const docs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const names = docs.filter((name) => name.endsWith('.md')).sort();
  const all = ['README.md', ...names.map((name) => `docs/${name}`)];
  const { PAGE } = process.env;
  return all.filter((name) => PAGE === undefined || name === PAGE).map(readPage);
}

/** The READMEs of what is shown beside the package. */
export function otherReadmes(): Page[] {
  const examples = readdirSync(path.join(root, 'examples')).map((name) => `examples/${name}/README.md`);
  return ['dashboards/README.md', ...examples].filter((name) => existsSync(path.join(root, name))).map(readPage);
}

/** The lines of fences are in `fences`, all others in `prose`, by their number. */
export function parts(text: string): { fences: Fence[]; prose: Map<number, string> } {
  const fences: Fence[] = [];
  const prose = new Map<number, string>();
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    if (open === undefined && line.startsWith('```')) open = { line: i + 1, info: line.slice(3).trim(), lines: [] };
    else if (open !== undefined && line === '```') {
      const [language = '', ...mark] = open.info.split(' ');
      const block = open.lines.map((one) => `${one}\n`).join('');
      fences.push({ line: open.line, language, mark: mark.join(' '), text: block });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else prose.set(i + 1, line);
  }
  if (open !== undefined) throw new Error(`the fence of line ${open.line} is never closed`);
  return { fences, prose };
}

const withoutCode = (line: string): string => line.replaceAll(/`[^`]*`/g, '``');

/** Also those that are defined elsewhere on the page, `[text][name]`; where the name is not, the link leads to `[name]`. */
export function links(text: string): Link[] {
  const prose = [...parts(text).prose].map(([line, one]): [number, string] => [line, withoutCode(one)]);
  const defined = new Map(
    prose.flatMap(([, one]) => [...one.matchAll(/^\[([^\]]+)\]: (\S+)$/g)].map((m) => [m[1], m[2]!])),
  );
  return prose.flatMap(([line, one]) => [
    ...[...one.matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"|<(https?:[^>]+)>/g)].map((m) => ({
      line,
      to: (m[1] ?? m[2] ?? m[3])!,
    })),
    ...[...one.matchAll(/\]\[([^\]]+)\]/g)].map(([, name]) => ({ line, to: defined.get(name) ?? `[${name}]` })),
  ]);
}

/** Code within sentences and tables. */
export function inlineCode(text: string): { line: number; code: string }[] {
  return [...parts(text).prose].flatMap(([line, prose]) =>
    [...prose.matchAll(/`([^`]+)`/g)].map(([, code]) => ({ line, code: code! })),
  );
}

/** The anchors that GitHub and npm give the headings. */
export function anchors(text: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const line of parts(text).prose.values()) {
    const title = /^#{1,6} (.*)$/.exec(line)?.[1]?.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    if (title === undefined) continue;
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}

export const isTableRow = (line: string): boolean => line.startsWith('|');
