/** What `docs/architecture.md` says in a form that can be compared: the tree, who may import whom, the walks. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A row of the table of directions. */
export interface Direction {
  /** `exporters` and all below it; `exporters/*`: each folder there stands alone. */
  readonly folder: string;
  /** Folders and files of `src`. */
  readonly mayImport: readonly string[];
  readonly packages: readonly Package[];
}

export interface Package {
  /** `node:` stands for all modules of Node. */
  readonly name: string;
  readonly typesOnly: boolean;
}

export interface Step {
  /** Relative to `src`. */
  readonly file: string;
  readonly name: string;
}

export interface ArchitectureDocument {
  /** Folders of `src`, without the slash. */
  readonly tree: readonly string[];
  /** Those of them that may still be missing. */
  readonly free: readonly string[];
  readonly directions: readonly Direction[];
  readonly walks: ReadonlyMap<string, readonly Step[]>;
}

export const DOCUMENT = 'docs/architecture.md';

export function readDocument(root: string): ArchitectureDocument {
  return parseDocument(readFileSync(path.join(root, DOCUMENT), 'utf8'));
}

export function parseDocument(text: string): ArchitectureDocument {
  const sections = new Map(text.split(/^(?=##+ )/m).map((section) => [/^##+ (.*)/.exec(section)?.[1] ?? '', section]));
  const tree = treeIn(sections.get('The tree') ?? '');
  const walks = [...sections].filter(([title]) => title.startsWith('Walk: '));
  return {
    tree: tree.map(({ folder }) => folder),
    free: tree.filter(({ isFree }) => isFree).map(({ folder }) => folder),
    directions: directionsIn(sections.get('Who may import whom') ?? ''),
    walks: new Map(walks.map(([title, section]) => [title.slice('Walk: '.length), stepsIn(section)])),
  };
}

/** Lines of the code block, two more spaces for each level: `  core/   text`. */
function treeIn(section: string): { folder: string; isFree: boolean }[] {
  const above: string[] = [];
  return [...section.matchAll(/^((?: {2})+)([\w-]+)\/ +(.*)$/gm)].map(([, indent, name, text]) => {
    const level = indent!.length / 2 - 1;
    above.splice(level, above.length, name!);
    return { folder: above.join('/'), isFree: text!.endsWith('(free)') };
  });
}

function directionsIn(section: string): Direction[] {
  return [...section.matchAll(/^\| `([^`]+)` \|(.*)\|(.*)\|$/gm)].map(([, folder, inside, outside]) => ({
    folder: folder!,
    mayImport: [...inside!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    packages: [...outside!.matchAll(/`([^`]+)`( \(types\))?/g)].map(([, name, types]) => ({
      name: name!,
      typesOnly: types !== undefined,
    })),
  }));
}

/** Lines of a numbered list: 1. `core/model.ts: partId`, … */
function stepsIn(section: string): Step[] {
  return [...section.matchAll(/^\d+\. `([^`:]+): ([^`]+)`/gm)].map(([, file, name]) => ({ file: file!, name: name! }));
}
