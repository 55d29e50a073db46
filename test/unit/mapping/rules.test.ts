import { describe, expect, it } from 'vitest';
import { AttributionError } from '../../../src/core/errors.ts';
import { recordView } from '../../../src/core/mapping/attribute-view.ts';
import { wildcard } from '../../../src/core/mapping/conditions.ts';
import type { Condition, Rule } from '../../../src/core/mapping/rule.ts';
import { parseTemplate } from '../../../src/core/mapping/template.ts';
import { baseUnit } from '../../../src/core/mapping/units.ts';
import { checkRule } from '../../../src/core/mapping/user-rule.ts';
import { CLIENT, INTERNAL, mapped, mapping, SERVER, span } from './harness.ts';

const seconds = { name: 'mail.send.duration', unit: 's' };
function rule(over: Partial<Rule> = {}): Rule {
  return { name: 'mail', target: 'mailer', events: [seconds], ...over };
}

describe('rules', () => {
  it('come before presets, in order', () => {
    const attributes = { 'db.system.name': 'postgresql', 'server.address': 'db' };
    const first = rule({ name: 'first', match: { attributes: { 'db.system.name': 'postgresql' } } });
    const second = rule({ name: 'second' });
    expect(mapped(CLIENT, attributes, { rules: [first, second] })!.result).toMatchObject({
      rule: 'first',
      category: 'custom',
      target: 'mailer',
    });
    expect(mapped(CLIENT, {}, { rules: [first, second] })!.result.rule).toBe('second');
  });

  it('apply to the kinds and names they say', () => {
    const rules = [rule({ match: { kind: ['client', 'internal'], name: 'send *' } })];
    const run = (kind: number, name: string) => mapped(kind, {}, { rules, name, presets: [] })?.result.rule;
    expect(run(CLIENT, 'send mail')).toBe('mail');
    expect(run(INTERNAL, 'send ')).toBe('mail');
    expect(run(SERVER, 'send mail')).toBeUndefined();
    expect(run(CLIENT, 'resend mail')).toBeUndefined();
  });

  const conditions: [Condition, unknown, boolean][] = [
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', undefined, false],
    [5, '5', true],
    ['5', 5, true],
    [true, 'true', true],
    [true, false, false],
    ['a', ['a'], false],
    [{ in: ['a', 2] }, '2', true],
    [{ in: ['a', 2] }, 'c', false],
    [{ exists: true }, 'x', true],
    [{ exists: true }, { a: 1 }, true],
    [{ exists: true }, 0, true],
    [{ exists: true }, '', false],
    [{ exists: true }, null, false],
    [{ exists: false }, undefined, true],
    [{ exists: false }, '', true],
    [{ exists: false }, [], false],
    [{ like: 'a*c' }, 'abc', true],
    [{ like: '5*' }, 53, true],
    [{ like: 'a*c' }, 'abd', false],
    [{ like: '*' }, undefined, false],
  ];
  for (const [condition, value, holds] of conditions) {
    it(`${JSON.stringify(value)} ${holds ? 'meets' : 'fails'} ${JSON.stringify(condition)}`, () => {
      const rules = [rule({ match: { attributes: { x: condition } } })];
      expect(mapped(CLIENT, { x: value }, { rules, presets: [] }) !== undefined).toBe(holds);
    });
  }

  it('written with current names serve former ones', () => {
    const rules = [rule({ match: { attributes: { 'db.system.name': 'mysql' } }, target: 'mysql {db.namespace}' })];
    expect(mapped(CLIENT, { 'db.system': 'mysql', 'db.name': 'shop' }, { rules })!.result.target).toBe('mysql shop');
  });

  const targets: [Rule['target'], Record<string, unknown>, string | undefined][] = [
    ['redis://{server.address}/{db.namespace}', { 'server.address': 'c', 'db.namespace': 0 }, 'redis://c/0'],
    ['redis://{server.address}/{db.namespace|=0}', { 'server.address': 'c' }, 'redis://c/0'],
    ['{a|b}', { b: 'B' }, 'B'],
    ['{a|b}', { a: '', b: 'B' }, 'B'],
    ['{a|b}', {}, undefined],
    ['{service.name}/{span.name}', {}, 'storefront/a span'],
    [['a', 'b'], { b: true }, 'true'],
    [['a', 'b'], { a: ['x'] }, undefined],
    [['a', '=none'], {}, 'none'],
  ];
  for (const [target, attributes, expected] of targets) {
    it(`target ${JSON.stringify(target)} of ${JSON.stringify(attributes)} is ${expected}`, () => {
      expect(mapped(CLIENT, attributes, { rules: [rule({ target })], presets: [] })?.result.target).toBe(expected);
    });
  }

  it('fall through to the next rule when the target cannot be made', () => {
    const rules = [rule({ target: '{missing}' }), rule({ name: 'next' })];
    expect(mapped(CLIENT, {}, { rules })!.result.rule).toBe('next');
  });

  it('read values of every source, in base units', () => {
    const events = [
      { name: 'd', unit: 'ms' },
      { name: 'n', unit: '{mail}', value: 2 },
      { name: 'k', unit: 'KiBy', value: { attribute: 'size' } },
      { name: 'm', unit: 'ms', value: { attribute: ['missing', 'wait'] } },
      { name: 'absent', unit: '1', value: { attribute: 'missing' } },
    ];
    expect(mapped(CLIENT, { size: '3', wait: 1500 }, { rules: [rule({ events })] })!.rows).toEqual([
      'd 0.5 s',
      'n 2 {mail}',
      'k 3072 By',
      'm 1.5 s',
    ]);
  });

  it('add attributes of the rule and of the event, in canonical order', () => {
    const rules = [
      rule({
        attributes: { tenant: 'tenant.id', b: '=two' },
        events: [
          { ...seconds, attributes: { a: 'x|y', tenant: 'other.id' } },
          { name: 'n', unit: '1', value: 1 },
        ],
      }),
    ];
    const { result } = mapped(CLIENT, { 'tenant.id': 'acme', y: 7, 'other.id': 'umbrella' }, { rules })!;
    expect(result.measures.map(({ attributes }) => attributes)).toEqual([
      '{"a":"7","b":"two","tenant":"umbrella"}',
      '{"b":"two","tenant":"acme"}',
    ]);
    expect(mapped(CLIENT, {}, { rules })!.result.measures[1]!.attributes).toBe('{"b":"two"}');
  });

  it('work with more slots than there are bits', () => {
    const target = Array.from({ length: 40 }, (_, i) => `{a${i}|b${i}}`).join('');
    const attributes = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [i % 2 ? `a${i}` : `b${i}`, String(i % 10)]),
    );
    expect(mapped(CLIENT, attributes, { rules: [rule({ target })] })!.result.target).toBe('0123456789'.repeat(4));
  });

  const refusals: [unknown, string][] = [
    [Number.NaN, 'not_finite'],
    [Number.POSITIVE_INFINITY, 'not_finite'],
    ['Infinity', 'not_finite'],
    ['1e999', 'not_finite'],
    ['', ''],
    [null, ''],
    ['twelve', 'not_numeric'],
    ['0x10', 'not_numeric'],
    ['1'.repeat(65), 'not_numeric'],
    ['x'.repeat(1_000_000), 'not_numeric'],
    [true, 'not_numeric'],
    [{ a: 1 }, 'not_numeric'],
    [new Uint8Array([1]), 'not_numeric'],
    [Symbol('x'), 'not_numeric'],
    [[1], 'array'],
  ];
  for (const [value, reason] of refusals) {
    it(`value ${String(typeof value === 'string' ? value.slice(0, 20) : (JSON.stringify(value) ?? typeof value))} is ${reason === '' ? 'absent' : `refused: ${reason}`}; the rest counts`, () => {
      const events = [seconds, { name: 'n', unit: '1', value: { attribute: 'x' } }];
      const { mapping: compiled, accounts } = mapping({ rules: [rule({ events })] });
      const result = compiled.match(span(CLIENT, { x: value }))!;
      expect(result.read(0, recordView({ x: value }), 1)).toBe(1);
      expect(result.read(1, recordView({ x: value }), 1)).toBeNaN();
      expect(accounts.total('attribution.measurement.refused')).toBe(reason === '' ? 0 : 1);
      if (reason !== '') expect(accounts.total('attribution.measurement.refused', reason)).toBe(1);
    });
  }

  const accepted: [unknown, number][] = [
    ['12.5', 12.5],
    [' -3 ', -3],
    ['.5e1', 5],
    [7n, 7],
    [-0, -0],
    [0, 0],
  ];
  for (const [value, number] of accepted) {
    it(`value ${typeof value} ${String(value)} counts as ${number}`, () => {
      const events = [{ name: 'n', unit: '1', value: { attribute: 'x' } }];
      const result = mapping({ rules: [rule({ events })] }).mapping.match(span(CLIENT, { x: value }))!;
      expect(result.read(0, recordView({ x: value }), 1)).toBe(number);
    });
  }

  it('refuse durations that are negative or infinite; NaN is a span that has not ended', () => {
    const { mapping: compiled, accounts } = mapping({ rules: [rule()] });
    const result = compiled.match(span(CLIENT, {}))!;
    expect(
      [-1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map((d) =>
        result.read(0, recordView({}), d),
      ),
    ).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(accounts.total('attribution.measurement.refused', 'negative')).toBe(1);
    expect(accounts.total('attribution.measurement.refused', 'not_finite')).toBe(2);
    expect(result.read(9, recordView({}), 1)).toBeNaN();
  });
});

describe('wrong rules', () => {
  const wrong: [Partial<Rule>, string, RegExp][] = [
    [{ target: 'a{b' }, 'target', /without '}'/],
    [{ target: 'a}b' }, 'target', /without '{'/],
    [{ target: '{}' }, 'target', /empty placeholder/],
    [{ target: '{a|}' }, 'target', /empty placeholder/],
    [{ match: { kind: 'clinet' as 'client' } }, 'match.kind', /none of internal, server/],
    [{ events: [{ name: 'a', unit: '{x}' }] }, 'events.0.unit', /unit of time/],
    [{ events: [{ name: 'a', unit: 's', value: 'point' }] }, 'events.0.value', /signal: metric/],
    [{ events: [{ name: 'a', unit: 's', integrate: true }] }, 'events.0.integrate', /value: 'point'/],
    [{ signal: 'metric', events: [{ name: 'a', unit: 's', value: 'duration' }] }, 'events.0.value', /signal: span/],
    [{ events: [{ name: 'a', unit: 's', value: Number.NaN }] }, 'events.0.value', /finite/],
  ];
  for (const [over, path, problem] of wrong) {
    it(`${path}: ${problem.source}`, () => {
      const problems = checkRule(rule(over));
      expect(problems.map((one) => one.path.join('.'))).toEqual([path]);
      expect(problems[0]!.problem).toMatch(problem);
      expect(() => mapping({ rules: [rule(over)] })).toThrow(AttributionError);
      expect(() => mapping({ rules: [rule(over)] })).toThrow(/rules\[0\].*"mail"/);
    });
  }
  it('are reported together', () => {
    const problems = checkRule(
      rule({
        target: '{',
        events: [
          { name: 'a', unit: 'By' },
          { name: 'b', unit: 's', value: 'point' },
        ],
      }),
    );
    expect(problems).toHaveLength(3);
  });
});

describe('parts of rules', () => {
  it('wildcards match anything between, once and linearly', () => {
    for (const [pattern, text, matches] of [
      ['*', '', true],
      ['a*', 'a', true],
      ['*a', 'ba', true],
      ['a*a', 'a', false],
      ['a*b*c', 'a--b--c', true],
      ['a*b*c', 'a--c--b', false],
      ['*a*a*', 'aa', true],
      ['*a*a*', 'a', false],
      ['a.c', 'abc', false],
      ['', '', true],
      ['**', 'x', true],
    ] as const) {
      expect([pattern, text, wildcard(pattern)(text)]).toEqual([pattern, text, matches]);
    }
    expect(wildcard(`${'a*'.repeat(50)}b`)('a'.repeat(100_000))).toBe(false);
  });

  it('templates split into text and holes', () => {
    expect(parseTemplate('a{b|c}d')).toEqual({ holes: [['b', 'c']], text: ['a', 'd'] });
    expect(parseTemplate('plain')).toEqual({ holes: [], text: ['plain'] });
  });

  const units: [string, string, number, number][] = [
    ['s', 's', 3, 3],
    ['ms', 's', 3, 0.003],
    ['us', 's', 3, 0.000003],
    ['µs', 's', 3, 0.000003],
    ['μs', 's', 3, 0.000003],
    ['ns', 's', 3, 3e-9],
    ['min', 's', 3, 180],
    ['h', 's', 3, 10_800],
    ['By', 'By', 3, 3],
    ['kBy', 'By', 3, 3000],
    ['kB', 'By', 3, 3000],
    ['KiBy', 'By', 3, 3072],
    ['MBy', 'By', 3, 3_000_000],
    ['MiB', 'By', 3, 3 * 1024 ** 2],
    ['GiBy', 'By', 3, 3 * 1024 ** 3],
    ['%', '%', 3, 3],
    ['{message}', '{message}', 3, 3],
    ['By/s', 'By/s', 3, 3],
    ['Cel', 'Cel', 3, 3],
    ['', '1', 3, 3],
    ['toString', 'toString', 3, 3],
  ];
  for (const [unit, base, value, stored] of units) {
    it(`${value} ${unit || '(no unit)'} is ${stored} ${base}`, () => {
      const conversion = baseUnit(unit);
      expect([conversion.unit, (value * conversion.factor) / conversion.divisor]).toEqual([base, stored]);
    });
  }
});
