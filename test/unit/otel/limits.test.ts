/** The bounds of the scopes: reaching one is counted, and nothing is lost by it. */
import { type Span, SpanKind } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RemoteParents } from '../../../src/core/attribution/remote-parents.ts';
import { Scope } from '../../../src/core/attribution/scope.ts';
import { ScopeRegistry } from '../../../src/core/attribution/scope-registry.ts';
import { limits } from '../../../src/core/limits.ts';
import { type Harness, operations, PG_TARGET, startHarness } from './harness.ts';

let h: Harness;
beforeEach(() => {
  h = startHarness();
});
afterEach(() => h.close());

const reached = (what: string) => h.attribution.accounts.total('attribution.limit.reached', what);

it('more open spans than a scope lists are still counted when they end', async () => {
  const request = h.request('/wide');
  const open: Span[] = Array.from({ length: limits.scopeSpans + 5 }, () => h.pg(request));
  for (const span of open) span.end();
  request.end();
  // The request itself is one of the listed.
  expect(reached('scope_spans')).toBe(6);
  expect(operations(await h.rows(), PG_TARGET)).toEqual({ 'GET /wide': limits.scopeSpans + 5 });
  expect(h.attribution.tracker.scopes.size).toBe(0);
});

it('a scope with too many distinct sums is committed early', async () => {
  const job = h.span('job:crawl');
  for (let i = 0; i < limits.scopeSums + 2; i++) h.pg(job, { 'server.address': `db-${i}` }).end();
  expect(reached('scope_sums')).toBe(1);
  job.end();
  const rows = (await h.rows()).filter((row) => row.origin === 'job:crawl');
  expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(limits.scopeSums + 2);
});

it('the oldest of too many scopes is given up, in the order they were added', () => {
  const evicted: Scope[] = [];
  const registry = new ScopeRegistry(3, (scope) => evicted.push(scope));
  const scopes = Array.from({ length: 5 }, (_, i) => new Scope(i, 'shop', undefined));
  for (const scope of scopes) registry.add(scope);
  expect(evicted).toEqual(scopes.slice(0, 2));
  expect([...registry]).toEqual(scopes.slice(2));
  registry.remove(scopes[3]!);
  registry.remove(scopes[3]!);
  registry.add(scopes[3]!);
  expect([...registry]).toEqual([scopes[2], scopes[4], scopes[3]]);
});

it('the oldest of too many remote parents is forgotten', () => {
  const parents = new RemoteParents(2);
  const context = (id: string) => ({ traceId: id.repeat(32), spanId: id.repeat(16), traceFlags: 1 });
  for (const id of ['a', 'b', 'c']) parents.remember(context(id), { originService: 's', origin: id, attributes: '' });
  expect(['a', 'b', 'c'].map((id) => parents.originOf(context(id))?.origin)).toEqual([undefined, 'b', 'c']);
});

it('too many row attributes are counted', async () => {
  const { withAttributes } = await import('../../../src/otel/api.ts');
  const many = Object.fromEntries(Array.from({ length: limits.rowAttributes + 3 }, (_, i) => [`k${i}`, 'v']));
  withAttributes(many, () => h.span('x', { kind: SpanKind.CLIENT }).end());
  expect(reached('row_attributes')).toBe(3);
});
