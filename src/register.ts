/**
 * `node --import otel-attribution/register app.js`, for ES modules and CommonJS. Loads nothing but Node.js modules
 * until it knows that this process is the application: `NODE_OPTIONS=--import` reaches npm and worker threads too.
 */
import { isMainThread } from 'node:worker_threads';
import { unsupportedNode } from './core/node-version.ts';
import { isLauncher } from './otel/setup/launcher.ts';

const STARTED = Symbol.for('otel-attribution register');

if (isMainThread && !isLauncher(process.argv[1]) && !(STARTED in globalThis)) {
  Object.defineProperty(globalThis, STARTED, { value: true });
  const tooOld = unsupportedNode(process.versions.node);
  if (tooOld !== '')
    process.stderr.write(`otel-attribution: not started, the application runs without it: ${tooOld}\n`);
  else await start();
}

async function start(): Promise<void> {
  try {
    const { startZeroCode } = await import('./otel/setup/zero-code.ts');
    startZeroCode();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && /'(@[^/']+\/[^/']+|[^./'][^/']*)'/.exec(message)?.[1];
    const what = missing ? `${missing} is missing. Run: npm i ${missing}` : String(error);
    process.stderr.write(`otel-attribution: not started, the application runs without it: ${what}\n`);
  }
}
