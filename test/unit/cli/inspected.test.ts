import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInspected } from '../../../src/cli/explain/inspected.ts';

test('property: reads back what console.dir prints of attributes', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.lorem({ maxCount: 60 }),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string()),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), value), fc.boolean(), (attributes, lines) => {
      if (Object.keys(attributes).includes('__proto__')) return;
      const object = { name: lines ? 'several\nlines\n'.repeat(20) : 'x', attributes };
      const [read] = parseInspected(inspect(object, { depth: 3, maxStringLength: null })) ?? [];
      expect(read).toEqual({ ...object, attributes: { ...attributes } });
    }),
  );
});

test('several objects in a row', () => {
  expect(parseInspected("{\n  a: '1'\n}\n{\n  a: `it's \"2\"`\n}\n")).toEqual([{ a: '1' }, { a: 'it\'s "2"' }]);
});

test.each(['name: x', '{ a: ', '{ a: [1 }', 'GET /x 200', ''])('%j is something else', (text) => {
  expect(parseInspected(text)).toBeUndefined();
});
