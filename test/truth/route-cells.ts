/** Applications whose routes are hard to know: told late, only by spans below the request, or in pieces. */
import type { AppSpec } from './cells.ts';
import { buildNext } from './servers/next-build.ts';

export const ROUTES: readonly AppSpec[] = [
  {
    service: 'hapi prefixes',
    entry: 'frameworks/hapi.ts',
    start: 'register',
    resources: ['pg', 'mysql2', 'redis', 'undici'],
  },
  {
    service: 'koa nested',
    entry: 'frameworks/koa-nested.cjs',
    start: 'register',
    resources: ['pg', 'ioredis', 'undici'],
  },
  {
    service: 'fastify alone',
    entry: 'frameworks/fastify-alone.ts',
    start: 'register',
    resources: ['pg', 'redis', 'undici'],
  },
  {
    service: 'tsx',
    entry: 'typescript/app.ts',
    start: 'register',
    imports: ['tsx'],
    resources: ['pg', 'mysql2', 'ioredis', 'redis', 'undici'],
  },
  {
    service: 'express 4',
    entry: 'frameworks/express-4.cjs',
    start: 'register',
    resources: ['pg', 'mysql2', 'undici'],
    install: 'older-frameworks',
  },
  {
    service: 'restify',
    entry: 'frameworks/restify.cjs',
    start: 'register',
    resources: ['pg', 'redis', 'undici'],
    install: 'older-frameworks',
  },
  // What ES modules import stays unpatched but for Node.js' own modules and what loads its parts by `require`, as `pg` does.
  {
    service: 'esm one line',
    entry: 'frameworks/express.ts',
    start: 'scenarios/sdk-without-hook.ts',
    resources: ['pg', 'http'],
  },
  {
    service: 'next',
    entry: 'scenarios/next.ts',
    start: 'register',
    resources: ['pg'],
    needsAll: true,
    install: 'next',
    prepare: buildNext,
    env: { NEXT_TELEMETRY_DISABLED: '1' },
  },
];
