/** Frameworks that are made to tell the whole route, as they are loaded. */
import type { Exports } from '../repair/exported.ts';
import type { Repair } from '../repair/repairs.ts';
import { watchHapi } from './hapi.ts';
import { watchKoa } from './koa.ts';
import { watchRouter } from './router.ts';

export const ROUTE_WATCHERS: readonly Repair[] = [
  { module: '@hapi/hapi', versions: '>=17 <23', apply: (exports) => watchHapi(exports as never) as Exports },
  { module: 'koa', versions: '>=2 <4', files: ['koa/lib/context.js'], apply: watchKoa },
  { module: 'router', versions: '>=2.3 <3', apply: watchRouter },
];
