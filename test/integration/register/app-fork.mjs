import { fork } from 'node:child_process';

if (process.argv[2] === 'child') await import('./app-esm.mjs');
else {
  fork(new URL(import.meta.url), ['child']);
  await import('./app-esm.mjs');
}
