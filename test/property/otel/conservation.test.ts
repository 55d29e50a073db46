/**
 * Whatever the order in which spans start and end, and whenever the table rotates: every operation is counted once,
 * under the origin of its request, and the seconds add up.
 */
import { context, type Span, SpanKind } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withOrigin } from '../../../src/otel/api.ts';
import { type Harness, PG, PG_TARGET, startHarness } from '../../unit/otel/harness.ts';

type Step =
  | { do: 'request'; route: number }
  | { do: 'job'; name: number }
  | { do: 'query'; request: number; seconds: number; named: number }
  | { do: 'step'; request: number }
  | { do: 'end query'; query: number }
  | { do: 'end request'; request: number }
  | { do: 'rotate' };

const index = fc.nat({ max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('request' as const), route: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant('job' as const), name: fc.nat({ max: 2 }) }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('query' as const),
      request: index,
      // k/1024 sums exactly; some cross window boundaries.
      seconds: fc.nat({ max: 400_000 }).map((k) => k / 1024),
      named: fc.nat({ max: 5 }),
    }),
  },
  fc.record({ do: fc.constant('step' as const), request: index }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end query' as const), query: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end request' as const), request: index }) },
  fc.record({ do: fc.constant('rotate' as const) }),
);

interface Root {
  readonly span: Span;
  readonly origin: string;
  readonly route?: string;
  /** Spans that may be parents of the next one. */
  readonly parents: Span[];
  ended: boolean;
}
interface Query {
  readonly span: Span;
  readonly origin: string;
  readonly startMs: number;
  readonly seconds: number;
}

// A whole minute about an hour ago: old enough for durations to cross windows, young enough for the origin deadline.
const BASE_MS = (Math.floor(Date.now() / 60_000) - 60) * 60_000;

async function run(h: Harness, steps: readonly Step[]): Promise<Map<string, { count: number; seconds: number }>> {
  const roots: Root[] = [];
  const open: Query[] = [];
  const expected = new Map<string, { count: number; seconds: number }>();
  const endQuery = (query: Query): void => {
    query.span.end(query.startMs + query.seconds * 1000);
    const sum = expected.get(query.origin) ?? { count: 0, seconds: 0 };
    expected.set(query.origin, { count: sum.count + 1, seconds: sum.seconds + query.seconds });
  };
  const endRoot = (root: Root): void => {
    if (root.ended) return;
    root.ended = true;
    if (root.route !== undefined) root.span.setAttribute('http.route', root.route);
    root.span.end(BASE_MS + 1_000_000);
  };
  for (const s of steps) {
    if (s.do === 'rotate') await h.attribution.forceFlush();
    else if (s.do === 'request') {
      const span = h.span('GET', {
        kind: SpanKind.SERVER,
        startTime: BASE_MS,
        attributes: { 'http.request.method': 'GET' },
      });
      roots.push({ span, origin: `GET /${s.route}`, route: `/${s.route}`, parents: [span], ended: false });
    } else if (s.do === 'job') {
      const span = h.span(`job:${s.name}`, { startTime: BASE_MS });
      roots.push({ span, origin: `job:${s.name}`, parents: [span], ended: false });
    } else if (s.do === 'end query') {
      const [query] = open.splice(s.query % Math.max(1, open.length), 1);
      if (query !== undefined) endQuery(query);
    } else {
      const root = roots[s.request % Math.max(1, roots.length)];
      if (root === undefined) continue;
      if (s.do === 'end request') endRoot(root);
      else if (s.do === 'step') root.parents.push(h.span('step', { startTime: BASE_MS }, root.parents.at(-1)));
      else {
        const parent = root.parents.at(-1)!;
        const startMs = BASE_MS + 500_000;
        const start = () =>
          h.span('pg', { kind: SpanKind.CLIENT, startTime: startMs, attributes: PG }, h.in(parent, context.active()));
        const named = s.named === 0;
        const span = named ? context.with(h.in(parent), () => withOrigin('named', start)) : start();
        open.push({ span, origin: named ? 'named' : root.origin, startMs, seconds: s.seconds });
      }
    }
  }
  for (const root of roots) endRoot(root);
  for (const query of open) endQuery(query);
  return expected;
}

it('every operation counts once, under its origin, and its seconds add up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      // A deadline beyond the spans' own (virtual) times: nothing here is detached or committed early.
      const h = startHarness({ originDeadlineSeconds: 86_400, maxRows: 100 });
      try {
        const expected = await run(h, steps);
        const got = new Map<string, { count: number; seconds: number }>();
        for (const row of await h.rows()) {
          if (row.target !== PG_TARGET) continue;
          const sum = got.get(row.origin) ?? { count: 0, seconds: 0 };
          got.set(row.origin, { count: sum.count + row.count, seconds: sum.seconds + row.value });
        }
        expect([...got.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [origin, sum] of expected) {
          expect(got.get(origin)?.count).toBe(sum.count);
          // Span times pass through the SDK's [seconds, nanoseconds] pairs: good to a few nanoseconds each.
          expect(Math.abs(got.get(origin)!.seconds - sum.seconds)).toBeLessThan(1e-6 * sum.count);
        }
      } finally {
        await h.close();
      }
    }),
    { numRuns: 60 },
  );
});
