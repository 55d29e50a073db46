/**
 * `node --import otel-attribution/register app.js`, for ES modules and CommonJS; `--require` does as well. Loads nothing
 * but Node.js modules until it knows that this process is the application: `NODE_OPTIONS=--import` reaches npm too. Each
 * worker thread runs this file as well, and is set up like the main thread. Synchronous throughout, since `--require`
 * cannot wait.
 */
import { createRequire } from 'node:module';
import workers from 'node:worker_threads';
import { unsupportedNode } from './core/node-version.ts';
import { isLauncher } from './otel/setup/launcher.ts';
import { joinPm2 } from './otel/setup/pm2.ts';
import { say } from './otel/setup/say.ts';
import { asLoader } from './otel/setup/wrong-start.ts';

const STARTED = Symbol.for('otel-attribution register');
const LAUNCHER = 'otel-attribution launcher';

/** OpenTelemetry's instrumentations fill the heap of a smaller thread. */
const HEAP_MB_MIN = 128;

if (workers.isInternalThread) {
  const mistake = asLoader();
  if (mistake !== '') say(mistake);
} else if (!launched() && !(STARTED in globalThis)) {
  Object.defineProperty(globalThis, STARTED, { value: true });
  const unfit = unsupportedNode(process.versions.node) || tooSmall();
  joinPm2();
  if (unfit !== '') say(`not started, the application runs without it: ${unfit}`);
  else start();
}

/** Whether this is a launcher, or a worker thread of one. */
function launched(): boolean {
  if (workers.isMainThread && isLauncher(process.argv[1])) workers.setEnvironmentData(LAUNCHER, true);
  return workers.getEnvironmentData(LAUNCHER) === true;
}

/** Why a worker thread is better left alone, '' if it is not. */
function tooSmall(): string {
  const { maxOldGenerationSizeMb: heap = HEAP_MB_MIN } = workers.resourceLimits;
  if (workers.isMainThread || heap >= HEAP_MB_MIN) return '';
  return `a worker thread whose resourceLimits allow ${heap} MB has no room for the instrumentations, which need ${HEAP_MB_MIN}`;
}

function start(): void {
  try {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const require = createRequire(import.meta.url);
    const zeroCode = require(`./otel/setup/zero-code.${extension}`) as typeof import('./otel/setup/zero-code.ts');
    zeroCode.startZeroCode();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && /'(@[^/']+\/[^/']+|[^./'][^/']*)'/.exec(message)?.[1];
    const what = missing ? `${missing} is missing. Run: npm i ${missing}` : String(error);
    say(`not started, the application runs without it: ${what}`);
  }
}
