/** What no instrumentation tells of: the operations are counted and listed, not hidden and not judged. */
import type { AppSpec } from './cells.ts';

/** Beside what is unseen, the same named by hand, which has to be exact. */
export const UNSEEN: readonly AppSpec[] = [
  { service: 'http2', entry: 'scenarios/http2.ts', start: 'register', resources: ['pg', 'http2'], needsAll: true },
  { service: 'ws', entry: 'scenarios/ws.ts', start: 'register', resources: ['pg'], needsAll: true },
];

export const HTTP2_REQUESTS = 'http2 requests';
export const WS_MESSAGES = 'ws messages';

/** The reasons. */
export const IMPOSSIBLE: Readonly<Record<string, string>> = {
  [unseen('ioredis')]:
    'instrumentation-ioredis makes no span without a parent (requireParentSpan): work outside any request or withOrigin is invisible',
  [unseen('ioredis-auto')]: 'as ioredis',
  [unseen('ioredis-cluster')]: 'as ioredis',
  [unseen('bullmq')]: "a worker's own polling runs on ioredis outside any span (requireParentSpan)",
  [unseen('http2')]:
    'node:http2 has no instrumentation: a call is not counted unless the application opens a client span',
  [HTTP2_REQUESTS]: 'node:http2 has no instrumentation: a request is not counted; withOrigin names what it does',
  [WS_MESSAGES]: 'ws has no instrumentation: a message is not counted; withOrigin names what it does',
};

/** Name in the tally of operations on a resource that no span can tell of. */
export function unseen(resource: 'ioredis' | 'ioredis-auto' | 'ioredis-cluster' | 'bullmq' | 'http2'): string {
  return `${resource} without a span`;
}
