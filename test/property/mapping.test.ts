import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../src/core/accounts.ts';
import { Dictionary } from '../../src/core/aggregate/dictionary.ts';
import { limits } from '../../src/core/limits.ts';
import { compileMapping } from '../../src/core/mapping/compile.ts';
import { explain } from '../../src/core/mapping/explain.ts';
import { PlainSpan } from '../../src/core/mapping/plain-facts.ts';
import type { Rule } from '../../src/core/mapping/rule.ts';
import { semconv } from '../../src/core/mapping/semconv.ts';

const names = [
  ...new Set(Object.values(semconv).flat()),
  'tenant.id',
  'aws.dynamodb.consumed_capacity',
  'aws.dynamodb.table_names',
  'messaging.url',
  'db.connection_string',
  'messaging.destination.temporary',
];

const likely = fc.constantFrom(
  'postgresql',
  'redis',
  'kafka',
  'aws-api',
  'grpc',
  'chat',
  'process',
  'send',
  'S3',
  'https://u:p@h:1/x',
  'h',
  '::1',
  '5432',
  443,
);
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, '', 'x'.repeat(100_000), '\ud800', '{}', '//', 'a://', 'arn:', '[', '[]', '%'),
  fc.array(fc.anything(), { maxLength: 3 }),
  fc.uint8Array({ maxLength: 4 }),
  fc.object({ maxDepth: 1 }),
  fc.constant(Symbol('s')),
  fc.func(fc.anything()),
);
const value = fc.oneof({ weight: 3, arbitrary: likely }, { weight: 2, arbitrary: hostile });
const attributes = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 }).chain((plain) =>
  fc.boolean().map((throws) => {
    if (!throws) return plain;
    const name = Object.keys(plain)[0] ?? 'db.system.name';
    return Object.defineProperty({ ...plain }, name, {
      enumerable: true,
      get(): never {
        throw new Error('hostile');
      },
    });
  }),
);
const facts: fc.Arbitrary<PlainSpan> = fc
  .record({
    name: fc.oneof(fc.constantFrom('pg.connect', 'GET', ''), fc.string()),
    kind: fc.integer({ min: -1, max: 5 }),
    attributes,
    service: fc.string({ maxLength: 5 }),
    scopeName: fc.string({ maxLength: 5 }),
  })
  .map((span) => new PlainSpan(span));

class WatchedSpan extends PlainSpan {
  readonly read = new Set<string>();
  override attribute(key: string): unknown {
    this.read.add(key);
    return super.attribute(key);
  }
}

const rules: Rule[] = [
  {
    name: 'tenant',
    match: { attributes: { 'tenant.id': { exists: true }, 'server.address': { like: '*h*' } } },
    target: 't/{tenant.id}/{db.namespace|=none}',
    events: [
      {
        name: 'rows',
        unit: 'kBy',
        value: { attribute: ['server.port', 'db.namespace'] },
        attributes: { op: 'db.operation.name' },
      },
    ],
  },
];

function compile(maxEntries?: number) {
  const accounts = new Accounts();
  return {
    accounts,
    mapping: compileMapping({
      dictionary: new Dictionary(),
      accounts,
      rules,
      ...(maxEntries === undefined ? {} : { maxEntries }),
    }),
  };
}

describe('mapping of any attributes', () => {
  it('never throws; what it yields is bounded text and finite numbers or NaN', () => {
    const { mapping } = compile(50);
    let matched = 0;
    fc.assert(
      fc.property(facts, fc.double(), (span, duration) => {
        const result = mapping.match(span);
        if (result === undefined) return;
        matched++;
        expect(result.target.length).toBeGreaterThan(0);
        expect(result.target.length).toBeLessThanOrEqual(limits.nameChars);
        expect(result.target.isWellFormed()).toBe(true);
        for (let i = 0; i < result.measures.length; i++) {
          const measured = result.read(i, span, duration);
          expect(Number.isFinite(measured) || Number.isNaN(measured)).toBe(true);
        }
        expect(result.connection && result.measures.length > 0).toBe(false);
      }),
      { numRuns: 3000 },
    );
    expect(matched).toBeGreaterThan(300);
  });

  it('same attributes, same object; and a fresh mapping agrees on the text', () => {
    const { mapping } = compile();
    fc.assert(
      fc.property(facts, (span) => {
        const first = mapping.match(span);
        expect(mapping.match(new PlainSpan(span))).toBe(first);
        const fresh = compile().mapping.match(span);
        expect(fresh?.target).toBe(first?.target);
        expect(fresh?.rule).toBe(first?.rule);
        expect(fresh?.measures.map((m) => [m.target, m.event, m.unit, m.attributes])).toEqual(
          first?.measures.map((m) => [m.target, m.event, m.unit, m.attributes]),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('reads no attribute that it does not publish', () => {
    let read = 0;
    fc.assert(
      fc.property(facts, fc.double(), (span, duration) => {
        const { mapping } = compile();
        const watched = new WatchedSpan(span);
        const result = mapping.match(watched);
        for (let i = 0; i < (result?.measures.length ?? 0); i++) result!.read(i, watched, duration);
        expect([...watched.read].filter((key) => !mapping.attributeKeys.includes(key))).toEqual([]);
        read += watched.read.size;
      }),
      { numRuns: 1000 },
    );
    expect(read).toBeGreaterThan(1_000);
  });

  it('explain never throws and agrees with match on spans whose getters do not', () => {
    const { mapping } = compile();
    fc.assert(
      fc.property(facts, (span) => {
        const explained = explain({ rules }, span, 1);
        JSON.stringify(explained);
        try {
          for (const name of Object.keys(span.attributes)) void span.attributes[name];
        } catch {
          return;
        }
        // `explain` does not cut: only texts that need no cutting can be compared.
        const result = mapping.match(span);
        expect(explained.matched?.rule).toBe(result?.rule);
        if (result !== undefined && result.target.length < limits.nameChars / 2)
          expect(explained.matched?.target).toBe(result.target);
      }),
      { numRuns: 1000 },
    );
  });

  it('never puts user, password, path or query of a URL into a target', () => {
    const { mapping } = compile();
    fc.assert(
      fc.property(
        fc.constantFrom('url.full', 'http.url'),
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        (name, url) => {
          const withUser = url.replace('://', '://user:hunter2@');
          const attributes = { 'http.request.method': 'GET', [name]: withUser };
          const { target } = mapping.match(
            new PlainSpan({ name: 'GET', kind: 2, attributes, service: 's', scopeName: '' }),
          )!;
          expect(target).not.toContain('hunter2');
          expect(target).toMatch(/^https?:\/\/[^/?#@]+$/);
        },
      ),
    );
  });
});
