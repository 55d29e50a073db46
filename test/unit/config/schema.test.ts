import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { knownKeys } from '../../../src/config/known-keys.ts';
import { closest, pathText, receivedText } from '../../../src/config/problem.ts';
import { objectSchema } from '../../../src/config/schema.ts';
import { optionTable } from '../../../src/config/table.ts';
import { configJsonSchema, options, validateText } from '../../../src/engine/options.ts';

const codeSchema = objectSchema(z, options, 'code');
const fileSchema = objectSchema(z, options, 'file');

describe('option table', () => {
  it('has every option of the schema, and no other', () => {
    expect(
      optionTable(options)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(codeSchema.shape).sort());
  });
  it('says of each what it is', () => {
    for (const row of optionTable(options)) {
      expect(row.type).not.toBe('');
      expect(row.default).not.toBe('');
      expect(row.description).not.toMatch(/^$|^[A-Z]|\.$/);
      expect(row.env === '' || row.env.startsWith('OTEL_ATTRIBUTION_')).toBe(true);
    }
    const variables = optionTable(options).map(({ env }) => env);
    expect(variables).toEqual(expect.arrayContaining(['OTEL_ATTRIBUTION_ENABLED', 'OTEL_ATTRIBUTION_EXPORTERS', '']));
  });
});

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: unknown;
  items?: JsonSchema;
  $schema?: string;
}

describe('JSON Schema', () => {
  const schema = configJsonSchema() as JsonSchema;
  it('is for editors: strict, with all options a file may have', () => {
    expect(schema.$schema).toContain('2020-12');
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.properties!).sort()).toEqual(Object.keys(fileSchema.shape).sort());
    expect(schema.properties).not.toHaveProperty('route');
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
  it('agrees with the keys that "did you mean" knows', () => {
    const rule = schema.properties!.rules!.items!;
    expect(knownKeys(codeSchema, ['rules', 0]).sort()).toEqual(Object.keys(rule.properties!).sort());
    expect(knownKeys(codeSchema, ['rules', 0, 'match']).sort()).toEqual(
      Object.keys(rule.properties!.match!.properties!).sort(),
    );
    expect(knownKeys(codeSchema, ['rules', 0, 'events', 0]).sort()).toEqual(
      Object.keys(rule.properties!.events!.items!.properties!).sort(),
    );
  });
});

describe('validateText', () => {
  it('resolves anchors, but not bombs', () => {
    expect(validateText('service: &s shop\noriginAttribute: *s', 'f')).toEqual({
      options: { service: 'shop', originAttribute: 'shop' },
      problems: [],
    });
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((k, i) => `${k}: &${k} [${`*${'abcdefg'[i]},`.repeat(10)}]`),
    ].join('\n');
    const { problems } = validateText(bomb, 'f');
    expect(problems).toHaveLength(1);
    expect(problems[0]!.rule).toBe('must be YAML that can be resolved');
  });
  it('survives any bytes', () => {
    for (const text of [
      '\0',
      '\ud800',
      '---\n---\n',
      '? {a: b}\n: c',
      '!!js/function x',
      '%YAML 9\n---\n',
      '"',
      '\t- a',
    ]) {
      expect(() => validateText(text, 'f')).not.toThrow();
    }
  });
  it('does not let __proto__ through', () => {
    const { problems } = validateText('__proto__: {windowSeconds: 7}', 'f');
    expect(problems.map(({ rule }) => rule)).toEqual(['no such option']);
    expect(({} as { windowSeconds?: number }).windowSeconds).toBeUndefined();
  });
});

describe('parts of messages', () => {
  it('paths', () => {
    expect(pathText(['rules', 0, 'match', 'attributes', 'a.b', 'in'])).toBe('rules[0].match.attributes["a.b"].in');
    expect(pathText([])).toBe('');
  });
  it('values', () => {
    const circular: unknown[] = [];
    circular.push(circular);
    for (const [value, text] of [
      [undefined, 'nothing'],
      [null, 'null'],
      ['a', '"a"'],
      [5n, '5n'],
      [Number.NaN, 'NaN'],
      [() => 1, 'a function'],
      [{ a: 1, b: 2 }, 'a map of a, b'],
      [{}, 'a map of nothing'],
      [[1, 'x', { a: 1 }], '[1, "x", a map of a]'],
      [Symbol('s'), 'Symbol(s)'],
    ] as const) {
      expect(receivedText(value)).toBe(text);
    }
    expect(receivedText(circular)).toBeTypeOf('string');
    expect(receivedText('x'.repeat(1000))).toHaveLength(80);
  });
  it('guesses only what is close', () => {
    expect(closest('windowSecnds', ['windowSeconds', 'live'])).toBe('windowSeconds');
    expect(closest('exporter', ['exporters', 'live'])).toBe('exporters');
    expect(closest('zzz', ['windowSeconds', 'live'])).toBeUndefined();
  });
});
