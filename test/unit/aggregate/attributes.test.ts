import { describe, expect, it } from 'vitest';
import { canonicalAttributes, mergeAttributes } from '../../../src/core/aggregate/attributes.ts';

describe('canonicalAttributes', () => {
  it('sorts keys by code units, also those that objects would reorder or lose', () => {
    const entries: [string, unknown][] = [
      ['b', 1],
      ['10', 'x'],
      ['9', true],
      ['__proto__', 'p'],
      ['', null],
      ['B', [1]],
    ];
    const json = canonicalAttributes(entries);
    expect(json).toBe('{"":null,"10":"x","9":true,"B":[1],"__proto__":"p","b":1}');
    expect(canonicalAttributes(entries.toReversed())).toBe(json);
  });

  it('is empty for nothing', () => {
    expect([canonicalAttributes([]), canonicalAttributes([['a', undefined]])]).toEqual(['', '']);
  });
});

describe('mergeAttributes', () => {
  it.each([
    ['', '', ''],
    ['{"a":1}', '', '{"a":1}'],
    ['', '{"a":1}', '{"a":1}'],
    ['{"a":1}', '{"a":1}', '{"a":1}'],
    ['{"a":1,"b":2}', '{"b":3,"c":4}', '{"a":1,"b":3,"c":4}'],
    ['{"__proto__":"x"}', '{"a":1}', '{"__proto__":"x","a":1}'],
    ['{"2":1}', '{"10":1}', '{"10":1,"2":1}'],
    ['{"a":"\\ud800"}', '{"b":1}', '{"a":"\\ud800","b":1}'],
    ['not json', '{"a":1}', '{"a":1}'],
    ['{"a":1}', '[1]', '{"a":1}'],
    ['nonsense', 'null', ''],
  ])('%s with %s is %s', (origin, measure, expected) => {
    expect(mergeAttributes(origin, measure)).toBe(expected);
  });
});
