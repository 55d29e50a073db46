/** The files of `src` and what each of them imports, read from their text. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Import {
  /** A file of `src` (`core/model.ts`), else a module of Node (`node:fs`) or the name of a package. */
  readonly to: string;
  readonly inside: boolean;
  /** Nothing is left of it at run time. */
  readonly typeOnly: boolean;
}

export interface Source {
  /** Relative to `src`, with slashes: `core/model.ts`. */
  readonly file: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

export function readSources(root: string): Source[] {
  const src = path.join(root, 'src');
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => sourceOf(file.split(path.sep).join('/'), readFileSync(path.join(src, file), 'utf8')))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

export function sourceOf(file: string, text: string): Source {
  return { file, text, lines: text.split('\n').length - 1, imports: importsIn(file, text) };
}

/** Comments that begin their line: `/*` and `//` within a line are mostly globs and addresses. */
export const withoutComments = (text: string): string => text.replace(/^[ \t]*(?:\/\*[\s\S]*?\*\/|\/\/.*)$/gm, '');

/** The code is formatted, so that a statement begins its line, and code shown in a text does not. */
const STATEMENT =
  /^(?:import|export)\s+(?<type>type\s+)?(?:[^'";]*?\bfrom\s+)?'(?<fixed>[^']+)'|\b(?<query>typeof )?import\(\s*'(?<lazy>[^']+)'\s*\)/gm;

function importsIn(file: string, text: string): Import[] {
  const found = new Map<string, Import>();
  for (const { groups } of withoutComments(text).matchAll(STATEMENT)) {
    const { type, query, fixed, lazy } = groups!;
    const specifier = (fixed ?? lazy)!;
    const inside = specifier.startsWith('.');
    const to = inside ? path.posix.join(path.posix.dirname(file), specifier) : packageOf(specifier);
    const typeOnly = (type ?? query) !== undefined && found.get(to)?.typeOnly !== false;
    found.set(to, { to, inside, typeOnly });
  }
  return [...found.values()];
}

/** `@scope/name/sub` is of the package `@scope/name`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
