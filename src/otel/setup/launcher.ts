/** Recognises processes that `NODE_OPTIONS=--import` reaches but that are not the application. Imports nothing heavy. */
import { basename } from 'node:path';

const PACKAGE_MANAGERS = new Set(['npm', 'npx', 'yarn', 'yarnpkg', 'pnpm', 'pnpx', 'corepack', 'node-gyp']);

/** Whether the main script is npm, npx, yarn, pnpm, corepack, or this package's own command. */
export function isLauncher(main: string | undefined): boolean {
  if (main === undefined) return false;
  const name = basename(main.replaceAll('\\', '/')).replace(/\.[cm]?js$/, '');
  if (PACKAGE_MANAGERS.has(name.replace(/-cli$/, '')) || /^yarn-\d/.test(name)) return true;
  return name === 'otel-attribution' || /[\\/]otel-attribution[\\/]dist[\\/]cli[\\/]main\.js$/.test(main);
}
