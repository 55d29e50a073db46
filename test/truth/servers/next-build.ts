/** `next build`, where the build is older than what it is made of. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDirectory } from '../../installs/install.ts';

export const nextDirectory = installDirectory('next');
export const nextCommand = join(nextDirectory, 'node_modules/next/dist/bin/next');

const SOURCES = ['app', 'pages', 'lib', 'proxy.js', 'next.config.mjs', 'package-lock.json'];
const BUILT_WITHIN_MS = 300_000;

export async function buildNext(): Promise<void> {
  const built = join(nextDirectory, '.next/BUILD_ID');
  if (existsSync(built) && modifiedMs(built) > Math.max(...SOURCES.map(newestMs))) return;
  await promisify(execFile)(process.execPath, [nextCommand, 'build', nextDirectory], {
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    timeout: BUILT_WITHIN_MS,
  });
}

function newestMs(name: string): number {
  const path = join(nextDirectory, name);
  if (!statSync(path).isDirectory()) return modifiedMs(path);
  const below = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return Math.max(...below.map((file) => modifiedMs(join(path, file))));
}

function modifiedMs(path: string): number {
  return statSync(path).mtimeMs;
}
