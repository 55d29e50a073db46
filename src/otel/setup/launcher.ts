/** Recognises processes that `NODE_OPTIONS=--import` reaches but that are not the application. Imports nothing heavy. */
import { basename } from 'node:path';

const PACKAGE_MANAGERS = new Set(['npm', 'npx', 'yarn', 'yarnpkg', 'pnpm', 'pnpx', 'corepack', 'node-gyp']);

/** They start the application in a process of its own, which the flag reaches as well, and never make a span. */
const RUNNERS = new Set([
  'tsx',
  'nodemon',
  'ts-node-dev',
  'tsnd',
  'cross-env',
  'cross-env-shell',
  'dotenv',
  'dotenvx',
  'env-cmd',
  'concurrently',
  'conc',
  'npm-run-all',
  'run-s',
  'run-p',
  'wireit',
  'turbo',
  'lerna',
  'pm2',
  'nest',
]);
/** Their files, where `node` is given one of these. */
const RUNNER_FILE = /[\\/]node_modules[\\/](?:tsx|nodemon|ts-node-dev|concurrently|@nestjs[\\/]cli)[\\/]/;

/** Whether the main script is a package manager, a runner of applications, or this package's own command. */
export function isLauncher(main: string | undefined): boolean {
  if (main === undefined) return false;
  const file = basename(main.replaceAll('\\', '/'));
  const name = file.replace(/\.[cm]?js$/, '');
  if (PACKAGE_MANAGERS.has(name.replace(/-cli$/, '')) || /^yarn-\d/.test(name)) return true;
  // An application may well have a `turbo.js`; in .bin they have no ending.
  if (RUNNERS.has(file) || RUNNER_FILE.test(main)) return true;
  return name === 'otel-attribution' || /[\\/]otel-attribution[\\/]dist[\\/]cli[\\/]main\.js$/.test(main);
}
