import { expect, it } from 'vitest';
import { Scope, type SpanState } from '../../../src/core/attribution/scope.ts';
import { InnerServers } from '../../../src/otel/inner-servers.ts';

const request = (parentSpanId = '') => {
  const scope = new Scope(0, 'shop', undefined);
  scope.root = { scope, parentSpanId, scopeName: 'http' } as SpanState;
  return scope;
};
const inner = (spanId: string, scope: Scope) => ({ spanId, scope }) as SpanState;

it('knows the open request of a server span within it', () => {
  const servers = new InnerServers(10, () => {});
  const scope = request();
  servers.addInner(inner('a', scope));
  expect(servers.requestOf('a', 'next.js')).toBe(scope.root);
  expect(servers.requestOf('b', 'next.js')).toBeUndefined();
  scope.root = undefined;
  expect(servers.requestOf('a', 'next.js')).toBeUndefined();
});

it('knows the open request that a caller sent, for spans of another tracer', () => {
  const servers = new InnerServers(10, () => {});
  const scope = request('caller');
  servers.addRoot(scope.root!);
  expect(servers.requestOf('caller', 'next.js')).toBe(scope.root);
  expect(servers.requestOf('caller', 'http')).toBeUndefined();
});

it('does not guess between two requests of one caller', () => {
  const servers = new InnerServers(10, () => {});
  const [first, second, third] = [request('caller'), request('caller'), request('caller')];
  servers.addRoot(first.root!);
  servers.addRoot(second.root!);
  expect(servers.requestOf('caller', 'next.js')).toBeUndefined();
  second.root = undefined;
  expect(servers.requestOf('caller', 'next.js')).toBeUndefined();
  servers.addRoot(third.root!);
  expect(servers.requestOf('caller', 'next.js')).toBe(third.root);
});

it('forgets requests that are over, and the oldest where there are too many', () => {
  let full = 0;
  const servers = new InnerServers(3, () => full++);
  const over = request();
  servers.addInner(inner('over', over));
  over.root = undefined;
  for (const id of ['1', '2', '3']) servers.addInner(inner(id, request()));
  expect([servers.size, full]).toEqual([3, 0]);
  servers.addInner(inner('4', request()));
  expect([servers.size, full]).toEqual([3, 1]);
  const known = (id: string) => servers.requestOf(id, 'next.js') !== undefined;
  expect(['over', '1', '2', '3', '4'].filter(known)).toEqual(['2', '3', '4']);
});
