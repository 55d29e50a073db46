/** Judges the imports of `src` by the directions that `docs/architecture.md` states. */
import { type ArchitectureDocument, type Direction, DOCUMENT } from './document.ts';
import { type Import, type Source, withoutComments } from './sources.ts';

export interface Offence {
  readonly file: string;
  readonly imports: string;
}

/** Imports against the directions. */
export function upwardImports(sources: readonly Source[], directions: readonly Direction[]): Offence[] {
  return sources.flatMap(({ file, imports }) =>
    imports.filter((one) => !isAllowed(file, one, directions)).map(({ to }) => ({ file, imports: to })),
  );
}

function isAllowed(file: string, { to, inside, typeOnly }: Import, directions: readonly Direction[]): boolean {
  const rows = directions.filter(({ folder }) => holds(folder, file));
  if (!inside) {
    return rows.some(({ packages }) =>
      packages.some(({ name, typesOnly }) =>
        name === to || (name === 'node:' && to.startsWith('node:')) ? typeOnly || !typesOnly : false,
      ),
    );
  }
  if (rows.some(({ mayImport }) => mayImport.some((folder) => holds(folder, to)))) return true;
  return topOf(file) === topOf(to) && !rows.some(({ folder }) => standsAlone(folder, file, to));
}

/** Whether a folder of the document (`exporters`, `exporters/kusto`, `exporters/*`), or a file, covers a file. */
function holds(folder: string, file: string): boolean {
  if (folder.endsWith('/*')) return file.startsWith(folder.slice(0, -1)) && file.split('/').length > 2;
  return file === folder || file.startsWith(`${folder}/`);
}

/** In `exporters/*` no folder knows another one; the files beside the folders are for all. */
function standsAlone(folder: string, file: string, to: string): boolean {
  return folder.endsWith('/*') && holds(folder, to) && file.split('/')[1] !== to.split('/')[1];
}

const topOf = (file: string): string => file.split('/')[0]!;

/**
 * Folders that the document's tree or its table leaves out, and those it names that are not there. Where the tree goes into a
 * folder, it names all that is in it.
 */
export function folderDifferences(
  sources: readonly Source[],
  { tree, free, directions }: ArchitectureDocument,
): string[] {
  const real = new Set(sources.flatMap(({ file }) => foldersOf(file)));
  const tops = new Set(sources.map(({ file }) => topOf(file)));
  const table = new Set(directions.map(({ folder }) => topOf(folder)));
  const opened = new Set(['', ...tree.map(parentOf)]);
  return [
    ...[...real]
      .filter((folder) => opened.has(parentOf(folder)) && !tree.includes(folder))
      .map((folder) => `src/${folder} is not in the tree of ${DOCUMENT}`),
    ...tree
      .filter((folder) => !real.has(folder) && !free.includes(folder))
      .map((folder) => `${DOCUMENT}: the tree names ${folder}, not in src`),
    ...[...tops].filter((name) => !table.has(name)).map((name) => `src/${name} is not in the table of ${DOCUMENT}`),
    ...[...table]
      .filter((name) => !tops.has(name) && !free.includes(name))
      .map((name) => `${DOCUMENT}: the table names ${name}, not in src`),
  ];
}

/** Every folder a file lies in: `a`, `a/b` of `a/b/c.ts`. */
function foldersOf(file: string): string[] {
  const names = file.split('/').slice(0, -1);
  return names.map((_, i) => names.slice(0, i + 1).join('/'));
}

const parentOf = (folder: string): string => folder.split('/').slice(0, -1).join('/');

/** A clock, chance, and what only Node has: all of it comes to `core` as an argument. */
const IMPURE =
  /\bDate\.now\(|\bnew Date\(\)|\bperformance\.|\bMath\.random\(|\bcrypto\.|(?<!\.)\bprocess\.|\bBuffer\b|\bNodeJS\.|\bglobalThis\b|\bset(?:Timeout|Interval|Immediate)\(|\brequire\(|\bconsole\./;

export function impureCore(sources: readonly Source[]): string[] {
  return sources
    .filter(({ file, text }) => file.startsWith('core/') && IMPURE.test(withoutComments(text)))
    .map(({ file }) => file);
}
