import { describe, expect, it } from 'vitest';
import { canonicalAttributes, mergeAttributes } from '../../src/core/attributes.ts';
import { limits } from '../../src/core/limits.ts';

describe('canonicalAttributes', () => {
  it('sorts keys by code units, also those that objects would reorder or lose', () => {
    const entries: [string, unknown][] = [
      ['b', 1],
      ['10', 'x'],
      ['9', true],
      ['__proto__', 'p'],
      ['B', 7n],
    ];
    const json = '{"10":"x","9":"true","B":"7","__proto__":"p","b":"1"}';
    expect(canonicalAttributes(Object.fromEntries(entries), limits)).toBe(json);
    expect(canonicalAttributes(Object.fromEntries(entries.toReversed()), limits)).toBe(json);
  });

  it('leaves out what is no text: nothing, objects, NaN, getters that throw', () => {
    const hostile = {
      a: undefined,
      b: null,
      c: { d: 1 },
      e: [1],
      f: Number.NaN,
      g: '',
      get h(): string {
        throw new Error('getter');
      },
      '': 'x',
    };
    expect(canonicalAttributes(hostile, limits)).toBe('');
  });

  it('keeps within the limits of number and length, and says what it dropped', () => {
    let dropped = 0;
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${String(i).padStart(2, '0')}`, 'v']));
    const kept = JSON.parse(canonicalAttributes(many, limits, (n) => (dropped = n))) as object;
    expect([Object.keys(kept).length, dropped]).toEqual([limits.rowAttributes, 20 - limits.rowAttributes]);
    const { long } = JSON.parse(canonicalAttributes({ long: 'x'.repeat(10_000) }, limits)) as { long: string };
    expect(long.length).toBe(limits.nameChars);
  });
});

describe('mergeAttributes', () => {
  it.each([
    ['', '', ''],
    ['{"a":"1"}', '', '{"a":"1"}'],
    ['', '{"a":"1"}', '{"a":"1"}'],
    ['{"a":"1"}', '{"a":"1"}', '{"a":"1"}'],
    ['{"a":"1","b":"2"}', '{"b":"3","c":"4"}', '{"a":"1","b":"3","c":"4"}'],
    ['{"__proto__":"x"}', '{"a":"1"}', '{"__proto__":"x","a":"1"}'],
    ['{"2":"1"}', '{"10":"1"}', '{"10":"1","2":"1"}'],
    ['{"a":"\\ud800"}', '{"b":"1"}', '{"a":"\\ud800","b":"1"}'],
    ['not json', '{"a":"1"}', '{"a":"1"}'],
    ['{"a":"1"}', '[1]', '{"a":"1"}'],
    ['nonsense', 'null', ''],
  ])('%s with %s is %s', (base, over, expected) => {
    expect(mergeAttributes(base, over, limits)).toBe(expected);
  });
});
