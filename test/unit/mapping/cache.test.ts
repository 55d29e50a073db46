import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { limits } from '../../../src/core/limits.ts';
import { compileMapping } from '../../../src/core/mapping/compile.ts';
import { PlainSpan } from '../../../src/core/mapping/plain-facts.ts';
import type { Rule } from '../../../src/core/mapping/rule.ts';
import { CLIENT, mapping, SERVER, span } from './harness.ts';

const pg = { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'server.address': 'db', 'server.port': 5432 };

describe('cached combinations', () => {
  it('give the same object for the same values, whatever else differs', () => {
    const { mapping: compiled } = mapping();
    const first = compiled.match(span(CLIENT, pg, 'pg.query:SELECT shop'));
    const again = compiled.match(span(CLIENT, { 'db.query.text': 'SELECT 2', ...pg }, 'pg.query:INSERT shop'));
    expect(again).toBe(first);
    expect(compiled.match(span(CLIENT, { ...pg, 'db.namespace': 'other' }))).not.toBe(first);
    expect(compiled.match(span(CLIENT, pg))).toBe(first);
  });

  it('share measures of equal text, as the dictionary interns them', () => {
    const { mapping: compiled } = mapping();
    const number = compiled.match(span(CLIENT, pg))!;
    const text = compiled.match(span(CLIENT, { ...pg, 'server.port': '5432' }))!;
    expect(text.measures[0]).toBe(number.measures[0]);
  });

  it('are one for all URLs of a host', () => {
    const { mapping: compiled } = mapping();
    const get = (i: number) =>
      compiled.match(
        span(CLIENT, {
          'http.request.method': 'GET',
          'url.full': `https://a.example/${i}`,
          'server.address': 'a.example',
          'server.port': 443,
        }),
      );
    expect(get(2)).toBe(get(1));
  });

  it('are forgotten together when there are too many, which is counted', () => {
    const { mapping: compiled, accounts } = mapping({ maxEntries: 10 });
    const first = compiled.match(span(CLIENT, pg));
    for (let i = 0; i < 25; i++) {
      expect(compiled.match(span(CLIENT, { ...pg, 'db.namespace': `n${i}` }))!.target).toBe(`postgresql://db/n${i}`);
    }
    expect(accounts.total('attribution.limit.reached', 'mapping_cache')).toBe(2);
    const later = compiled.match(span(CLIENT, pg));
    expect(later).not.toBe(first);
    expect(later!.target).toBe(first!.target);
    expect(later!.measures[0]).toBe(first!.measures[0]);
  });

  it('stay bounded when a rule is ruled out after its first answers', () => {
    // Keyed slots lead to the target, which is missing in every span: only "does not apply" is remembered.
    const rules: Rule[] = [{ name: 'r', target: '{a}{b}', events: [{ name: 'n', unit: '1', value: 1 }] }];
    const { mapping: compiled, accounts } = mapping({ rules, presets: [], maxEntries: 10 });
    for (let i = 0; i < 100; i++) expect(compiled.match(span(CLIENT, { a: `v${i}` }))).toBeUndefined();
    expect(accounts.total('attribution.limit.reached', 'mapping_cache')).toBeGreaterThan(5);
  });

  it('stay bounded when answers before a getter that throws differ every time', () => {
    const rules: Rule[] = [{ name: 'r', target: '{a}{b}', events: [{ name: 'n', unit: '1', value: 1 }] }];
    const { mapping: compiled, accounts } = mapping({ rules, presets: [], maxEntries: 1 });
    for (let i = 0; i < 50; i++) {
      const attributes = {
        a: `v${i}`,
        get b(): string {
          throw new Error('no');
        },
      };
      expect(compiled.match(span(CLIENT, attributes))).toBeUndefined();
    }
    expect(accounts.total('attribution.hook.failed', 'attributes')).toBe(50);
    expect(compiled.match(span(CLIENT, { a: 'x', b: 'y' }))!.target).toBe('xy');
    expect(accounts.total('attribution.limit.reached', 'mapping_cache')).toBe(1);
  });

  it('cut long values, count that, and do not hold on to them', () => {
    const { mapping: compiled, accounts } = mapping();
    const long = 'n'.repeat(1_000_000);
    const first = compiled.match(span(CLIENT, { ...pg, 'db.namespace': `${long}1` }))!;
    expect(first.target).toHaveLength(limits.nameChars);
    expect(compiled.match(span(CLIENT, { ...pg, 'db.namespace': `${long}2` }))).toBe(first);
    expect(accounts.total('attribution.limit.reached', 'name_chars')).toBeGreaterThanOrEqual(2);
  });

  it('make lone surrogates well-formed', () => {
    const { mapping: compiled } = mapping();
    expect(compiled.match(span(CLIENT, { ...pg, 'db.namespace': 'a\ud800b' }))!.target).toBe(
      'postgresql://db/a\ufffdb',
    );
  });
});

describe('attributes that misbehave', () => {
  const throwing = {
    get 'db.system.name'(): string {
      throw new Error('no');
    },
  };
  it('never throw out of match, and are counted', () => {
    const { mapping: compiled, accounts } = mapping();
    expect(compiled.match(span(CLIENT, throwing))).toBeUndefined();
    expect(compiled.match(span(CLIENT, null as never))).toBeUndefined();
    expect(compiled.match(new PlainSpan({ ...span(CLIENT, {}), attributes: undefined as never }))).toBeUndefined();
    expect(accounts.total('attribution.hook.failed', 'attributes')).toBe(3);
    expect(compiled.match(span(CLIENT, pg))!.target).toBe('postgresql://db/shop');
  });

  it('never throw out of read', () => {
    const rules: Rule[] = [{ name: 'r', target: 't', events: [{ name: 'n', unit: '1', value: { attribute: 'x' } }] }];
    const { mapping: compiled, accounts } = mapping({ rules });
    const attributes = {
      get x(): number {
        throw new Error('no');
      },
    };
    const hostile = span(CLIENT, attributes);
    expect(compiled.match(hostile)!.read(0, hostile, 1)).toBeNaN();
    expect(accounts.total('attribution.measurement.refused', 'unreadable')).toBe(1);
  });

  it('may not come back in while being read', () => {
    const { mapping: compiled } = mapping();
    let inner: unknown = 'not called';
    const attributes = {
      'db.system.name': 'redis',
      get 'server.address'() {
        inner = compiled.match(span(CLIENT, pg));
        return 'cache';
      },
    };
    expect(compiled.match(span(CLIENT, attributes))!.target).toBe('redis://cache');
    expect(inner).toBeUndefined();
  });

  it('are taken from inherited and null-prototype objects alike', () => {
    const { mapping: compiled } = mapping();
    expect(compiled.match(span(CLIENT, Object.assign(Object.create(null), pg)))!.target).toBe('postgresql://db/shop');
    expect(compiled.match(span(SERVER, { constructor: 1, toString: 'x', __proto__: null }))!.target).toBe(
      'service://storefront',
    );
  });
});

describe('hash of the mapping', () => {
  const hash = (options: Parameters<typeof mapping>[0]) => mapping(options).mapping.hash;
  const rule: Rule = { name: 'r', target: 't', events: [{ name: 'n', unit: '1', value: 1 }] };
  it('is 16 hex digits, the same for the same mapping', () => {
    expect(hash({})).toMatch(/^[0-9a-f]{16}$/);
    expect(hash({})).toBe(hash({}));
    expect(hash({ presets: ['db', 'http'] })).toBe(hash({ presets: ['http', 'db'] }));
  });
  it('differs when presets or rules differ', () => {
    const hashes = [
      hash({}),
      hash({ presets: ['db'] }),
      hash({ rules: [rule] }),
      hash({ rules: [{ ...rule, name: 's' }] }),
      hash({ rules: [{ ...rule, name: 's' }, rule] }),
      hash({ rules: [rule, { ...rule, name: 's' }] }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('a forgotten measure', () => {
  it('is still what a cached result holds', () => {
    const dictionary = new Dictionary();
    const compiled = compileMapping({ dictionary, accounts: new Accounts() });
    const { measures } = compiled.match(span(CLIENT, pg))!;
    expect(dictionary.currentMeasure(measures[0]!)).toBe(measures[0]);
  });
});
