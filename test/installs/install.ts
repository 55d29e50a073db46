/**
 * The further installs the tests need, each with its own package.json and lockfile: another SDK line, a distro, the
 * libraries that have an instrumentation, Next.js, older queues. `node test/installs/install.ts` brings all of them up
 * to date with `npm ci`; tests that need one that is not there are skipped with the reason, or fail with REQUIRE_ALL=1.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const installs = ['sdk-2', 'azure-monitor', 'instrumentations', 'next', 'older-frameworks', 'queues'] as const;
export type InstallName = (typeof installs)[number];

const root = fileURLToPath(new URL('../..', import.meta.url));

export function installDirectory(name: InstallName): string {
  return join(root, 'test/installs', name);
}

/** Why the install cannot be used, '' when it can. */
export function whyNotInstalled(name: InstallName): string {
  const directory = installDirectory(name);
  const installed = join(directory, 'node_modules/.package-lock.json');
  const lockfile = join(directory, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return '';
  const state = existsSync(installed) ? 'older than its lockfile' : 'not installed';
  const reason = `test/installs/${name} is ${state}: run node test/installs/install.ts`;
  if (process.env.REQUIRE_ALL === '1') throw new Error(reason);
  return reason;
}

/** `npm ci` where needed. */
export function install(name: InstallName): void {
  if (existsSync(join(installDirectory(name), 'node_modules/.package-lock.json')) && upToDate(name)) return;
  process.stderr.write(`npm ci in test/installs/${name}\n`);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: installDirectory(name),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

function upToDate(name: InstallName): boolean {
  const modified = (file: string) => statSync(join(installDirectory(name), file)).mtimeMs;
  return modified('node_modules/.package-lock.json') >= modified('package-lock.json');
}

/** Builds this package into the install's node_modules: there it meets that install's API and SDK, not ours. */
export function buildInto(name: InstallName): void {
  buildPackage(join(installDirectory(name), 'node_modules/otel-attribution'));
}

/**
 * The build that is published, in `directory`, unless one is there that is newer than the sources. Types are checked
 * elsewhere. Swapped in whole: another test may be running from the same install.
 */
export function buildPackage(directory: string): void {
  if (builtMs(directory) > newestMs(join(root, 'src'))) return;
  const fresh = `${directory}.${process.pid}.new`;
  const stale = `${directory}.${process.pid}.old`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  cpSync(join(root, 'package.json'), join(fresh, 'package.json'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = ['-p', join(root, 'src'), '--noCheck', '--outDir', join(fresh, 'dist')];
  execFileSync(process.execPath, [tsc, ...args], { stdio: 'pipe' });
  if (existsSync(directory)) renameSync(directory, stale);
  renameSync(fresh, directory);
  rmSync(stale, { recursive: true, force: true });
}

function builtMs(directory: string): number {
  const built = join(directory, 'package.json');
  return existsSync(built) ? statSync(built).mtimeMs : 0;
}

function newestMs(directory: string): number {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(directory, file)).mtimeMs));
}

/** Compiles a file of the install against what is installed there, and returns what the compiler says. */
export function typeErrors(name: InstallName, file: string): string {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--skipLibCheck', 'false'];
  const shape = ['--ignoreConfig', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
  const { stdout } = spawnSync(process.execPath, [tsc, ...strict, ...shape, file], {
    cwd: installDirectory(name),
    encoding: 'utf8',
  });
  return stdout;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const name of installs) install(name);
