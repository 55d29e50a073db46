/**
 * `node --import otel-attribution/register app.js`, for ES modules and CommonJS; `--require` does as well. Loads nothing
 * but Node.js modules until it knows that this process is the application: `NODE_OPTIONS=--import` reaches npm and
 * worker threads too. Synchronous throughout, since `--require` cannot wait.
 */
import { createRequire } from 'node:module';
import workers from 'node:worker_threads';
import { unsupportedNode } from './core/node-version.ts';
import { isLauncher } from './otel/setup/launcher.ts';
import { say } from './otel/setup/say.ts';
import { asLoader } from './otel/setup/wrong-start.ts';

const STARTED = Symbol.for('otel-attribution register');

if (workers.isInternalThread) {
  const mistake = asLoader();
  if (mistake !== '') say(mistake);
} else if (workers.isMainThread && !isLauncher(process.argv[1]) && !(STARTED in globalThis)) {
  Object.defineProperty(globalThis, STARTED, { value: true });
  const tooOld = unsupportedNode(process.versions.node);
  if (tooOld !== '') say(`not started, the application runs without it: ${tooOld}`);
  else start();
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
