/** Which package manager a project uses. Messages are written with `npm i`, and read in the words of that manager. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const LOCK_FILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** The nearest field `packageManager`, else the nearest lock file, on the way up: in a monorepo both lie at the top. */
export function packageManagerOf(directory: string): PackageManager {
  const folders = upwards(directory);
  for (const at of folders) {
    const named = namedIn(path.join(at, 'package.json'));
    if (named !== undefined) return named;
  }
  for (const at of folders) {
    const found = LOCK_FILES.find(([file]) => existsSync(path.join(at, file)));
    if (found !== undefined) return found[1];
  }
  return 'npm';
}

function namedIn(file: string): PackageManager | undefined {
  try {
    const { packageManager } = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) as Record<string, unknown>;
    return /^(npm|pnpm|yarn|bun)@/.exec(String(packageManager))?.[1] as PackageManager | undefined;
  } catch {
    return undefined;
  }
}

export function installLine(manager: PackageManager, packages: readonly string[]): string {
  return `${installs(manager)} ${packages.join(' ')}`;
}

const installs = (manager: PackageManager): string => `${manager} ${manager === 'npm' ? 'i' : 'add'}`;

/** A message with `npm i` and `npx` in it, for the project in `directory`. */
export function forManagerOf(directory: string, message: string): string {
  if (!/\b(npm i|npx) /.test(message)) return message;
  const manager = packageManagerOf(directory);
  if (manager === 'npm') return message;
  const runs = manager === 'bun' ? 'bunx' : `${manager} exec`;
  return message.replace(/\bnpm i (?=[@"\w])/g, `${installs(manager)} `).replace(/\bnpx (?=\w)/g, `${runs} `);
}

/** A directory and all above it. */
export function upwards(directory: string): string[] {
  const all = [path.resolve(directory)];
  for (let at = path.dirname(all[0]!); at !== all.at(-1); at = path.dirname(at)) all.push(at);
  return all;
}
