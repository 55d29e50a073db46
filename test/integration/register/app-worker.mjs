import { Worker } from 'node:worker_threads';

new Worker(new URL('app-plain.mjs', import.meta.url));
