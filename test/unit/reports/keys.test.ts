import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byOrigin, parseBy } from '../../../src/reports/by.ts';
import { attributesNowhere, joinedKeys, keyCell, keyHead, withKeyFields } from '../../../src/reports/keys.ts';

const row = { target: '', kind: 'key', keyService: 'storefront', key: 'GET /search', value: 1 };
const column = (name: string) => ({ name, type: 'string' as const, unit: '' });
const columns = ['target', 'kind', 'keyService', 'key', 'value'].map(column);

test('one key stays as it is', () => {
  expect(keyCell(row, byOrigin)).toEqual(['storefront', 'GET /search']);
  expect(keyCell({ ...row, keyService: '' }, byOrigin)).toBe('GET /search');
  expect(withKeyFields(columns, [row], byOrigin)).toEqual({ columns, rows: [row] });
});

test('several keys are taken apart, whatever is in them', () => {
  const by = parseBy('attribute.tenant,origin,target');
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (tenant, origin, target) => {
      const keyed = { ...row, key: joinedKeys([tenant, origin, target]) };
      expect(keyCell(keyed, by)).toEqual([tenant, 'storefront', origin, target]);
      expect(withKeyFields([], [keyed], by).rows[0]).toMatchObject({ 'attribute.tenant': tenant, origin, target });
    }),
    { examples: [['a|b', '~1|~0', '']] },
  );
});

test('for machines they are a field each', () => {
  const by = parseBy('attribute.tenant,origin,target');
  const rows = [
    { ...row, key: 'acme|GET /search|postgresql://shop-db/shop' },
    { ...row, kind: 'rest', keyService: '', key: '(rest)' },
  ];
  const fields = withKeyFields(columns, rows, by);
  expect(fields.columns.map(({ name }) => name)).toEqual([
    'target',
    'kind',
    'attribute.tenant',
    'originService',
    'origin',
    'value',
  ]);
  expect(fields.rows).toMatchObject([
    {
      target: 'postgresql://shop-db/shop',
      'attribute.tenant': 'acme',
      originService: 'storefront',
      origin: 'GET /search',
    },
    { target: '', 'attribute.tenant': '(rest)', originService: '', origin: '' },
  ]);
});

test('an attribute that no row has', () => {
  const by = parseBy('attribute.tenat,origin');
  const none = { ...row, key: '(none)|GET /search' };
  expect(attributesNowhere([none, { ...row, kind: 'total', key: '(total)' }], by)).toEqual(['tenat']);
  expect(attributesNowhere([none, { ...none, key: 'acme|GET /search' }], by)).toEqual([]);
  expect(attributesNowhere([], by)).toEqual([]);
});

test('heads stand above their parts', () => {
  expect(keyHead(byOrigin)).toBe('origin');
  expect(keyHead(parseBy('origin,target'))).toEqual(['origin', '', 'target']);
});
