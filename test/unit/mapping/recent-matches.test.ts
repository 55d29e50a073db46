/** A remembered result is the result: whatever a rule reads makes a difference, whatever none reads does not. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { compileMapping } from '../../../src/core/mapping/compile.ts';
import { PlainSpan } from '../../../src/core/mapping/plain-facts.ts';
import type { Rule } from '../../../src/core/mapping/rule.ts';

const mapping = () => compileMapping({ dictionary: new Dictionary(), accounts: new Accounts() });
const span = (attributes: Record<string, unknown>, more: Partial<PlainSpan> = {}): PlainSpan =>
  new PlainSpan({ name: 'query', kind: 2, service: 'shop', scopeName: 'pg', attributes, ...more });
const PG = { 'db.system.name': 'postgresql', 'server.address': 'a', 'db.namespace': 'n' };

it('does not hide a different value, name, service, kind, or one attribute more or fewer', () => {
  const m = mapping();
  const base = m.match(span(PG));
  expect(m.match(span({ ...PG }))).toBe(base);
  expect(m.match(span({ ...PG, 'db.query.text': 'select 1' }))?.target).toBe('postgresql://a/n');
  expect(m.match(span({ ...PG, 'server.address': 'b' }))?.target).toBe('postgresql://b/n');
  expect(m.match(span({ ...PG, 'peer.service': 'orders' }))?.target).toBe('postgresql://orders/n');
  expect(m.match(span({ 'db.system.name': 'postgresql', 'server.address': 'a' }))?.target).toBe('postgresql://a');
  expect(m.match(span(PG, { name: 'pg.connect', scopeName: '@opentelemetry/instrumentation-pg' }))?.connection).toBe(
    true,
  );
  expect(m.match(span({ 'db.system.name': 'postgresql' }, { service: 'x' }))?.target).toContain('/x');
  expect(m.match(span({ 'db.system.name': 'postgresql' }, { service: 'y' }))?.target).toContain('/y');
  expect(m.match(span(PG, { kind: 4 }))?.category).not.toBe('db');
});

it('gives what a mapping without a memory gives, for any sequence of spans', () => {
  const value = fc.oneof(
    fc.constantFrom('postgresql', 'redis', 'a', 'b', '', 'GET', 'https://a/x', 'https://b:8443/y'),
    fc.nat({ max: 3 }),
    fc.constant(undefined),
  );
  const names = [
    'db.system.name',
    'db.system',
    'server.address',
    'server.port',
    'db.namespace',
    'http.request.method',
    'url.full',
    'url.scheme',
    'peer.service',
    'rpc.system',
    'messaging.system',
    'messaging.destination.name',
    'gen_ai.operation.name',
    'db.query.text',
  ];
  const one = fc.record({
    attributes: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 }),
    name: fc.constantFrom('query', 'pg.connect', 'GET'),
    kind: fc.constantFrom(0, 1, 2, 3, 4),
    scopeName: fc.constantFrom('pg', 'http'),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 200 }), (spans) => {
      const remembering = mapping();
      for (const some of spans) {
        const facts = span(some.attributes, some as Partial<PlainSpan>);
        const fresh = mapping().match(facts);
        const got = remembering.match(facts);
        expect(got?.target).toBe(fresh?.target);
        expect(got?.rule).toBe(fresh?.rule);
        expect(got?.address).toBe(fresh?.address);
      }
    }),
    { numRuns: 40 },
  );
});

it('asks again where a rule reads the name, also of spans that matched nothing before', () => {
  const rules: Rule[] = [
    { name: 'job', match: { kind: 'internal', name: 'job *' }, target: 't', events: [{ name: 'n', unit: 's' }] },
  ];
  const m = compileMapping({ dictionary: new Dictionary(), accounts: new Accounts(), rules });
  const step = (name: string) => m.match(span({ step: 1 }, { kind: 0, name }))?.rule;
  expect(['step', 'job a', 'step', 'job b', 'step'].map(step)).toEqual([undefined, 'job', undefined, 'job', undefined]);
});

it('lets a getter that throws cost its own span alone', () => {
  const accounts = new Accounts();
  const m = compileMapping({ dictionary: new Dictionary(), accounts });
  const hostile = {
    ...PG,
    get 'server.address'(): string {
      throw new Error('no');
    },
  };
  for (const attributes of [PG, hostile, PG]) m.match(span(attributes));
  expect(accounts.total('attribution.hook.failed', 'attributes')).toBe(1);
  expect(m.match(span(PG))?.target).toBe('postgresql://a/n');
});

it('remembers no list: the same one may hold something else the next time', () => {
  const m = mapping();
  const tables = ['orders'];
  const dynamo = () =>
    m.match(span({ 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB', 'aws.dynamodb.table_names': tables }));
  expect(dynamo()?.target).toBe('aws.dynamodb://orders');
  tables[0] = 'users';
  expect(dynamo()?.target).toBe('aws.dynamodb://users');
});

it('gives up spans of more attributes than are remembered without giving up their neighbours', () => {
  const m = mapping();
  const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`extra.${i}`, i]));
  const small = m.match(span(PG));
  for (let i = 0; i < 200; i++) m.match(span({ ...wide, 'http.request.method': 'GET', 'server.address': `h${i}` }));
  expect(m.match(span(PG))).toBe(small);
});

it('stops remembering what never comes again', () => {
  const m = mapping();
  for (let i = 0; i < 1_000; i++) {
    expect(m.match(span({ ...PG, 'server.address': `host-${i}` }))?.target).toBe(`postgresql://host-${i}/n`);
  }
});
