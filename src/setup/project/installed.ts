/** Packages as they lie in node_modules, found without loading them. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { upwards } from '../../config/package-manager.ts';

export interface Installed {
  readonly name: string;
  readonly version: string;
  /** Real directory. */
  readonly directory: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly optionalPeers: readonly string[];
}

/** The package that `from` (a directory) would load; undefined when it is not installed. */
export function findInstalled(name: string, from: string): Installed | undefined {
  for (const at of upwards(from)) {
    if (path.basename(at) === 'node_modules') continue;
    const found = readInstalled(path.join(at, 'node_modules', name));
    if (found !== undefined) return found;
  }
  return undefined;
}

export function readInstalled(directory: string): Installed | undefined {
  try {
    const real = realpathSync(directory);
    const json = JSON.parse(readFileSync(path.join(real, 'package.json'), 'utf8')) as {
      name?: string;
      version?: string;
      peerDependencies?: Record<string, string>;
      peerDependenciesMeta?: Record<string, { optional?: boolean }>;
    };
    if (typeof json.version !== 'string') return undefined;
    const meta = json.peerDependenciesMeta ?? {};
    return {
      name: json.name ?? path.basename(directory),
      version: json.version,
      directory: real,
      peerDependencies: json.peerDependencies ?? {},
      optionalPeers: Object.keys(meta).filter((peer) => meta[peer]?.optional === true),
    };
  } catch {
    return undefined;
  }
}

/** Far more folders than a large application has. */
const FOLDERS_MAX = 20_000;

/** All copies of a package below the node_modules that `directory` uses, each real directory once. */
export function copiesOf(name: string, directory: string): Installed[] {
  const copies = new Map<string, Installed>();
  const seen = new Set<string>();
  const queue = upwards(directory).map((at) => path.join(at, 'node_modules'));
  while (queue.length > 0 && seen.size < FOLDERS_MAX) {
    const modules = queue.shift()!;
    if (seen.has(modules) || !existsSync(modules)) continue;
    seen.add(modules);
    const copy = readInstalled(path.join(modules, name));
    if (copy !== undefined) copies.set(copy.directory, copy);
    for (const folder of packageFolders(modules)) queue.push(path.join(folder, 'node_modules'));
  }
  return [...copies.values()];
}

/** Also the store of pnpm, whose folders hold a node_modules each. */
function packageFolders(modules: string): string[] {
  return list(modules).flatMap((name) => {
    const full = path.join(modules, name);
    if (name.startsWith('@') || name === '.pnpm') return list(full).map((inner) => path.join(full, inner));
    return name.startsWith('.') ? [] : [full];
  });
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
