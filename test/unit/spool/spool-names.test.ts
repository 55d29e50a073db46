import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseOwnerName, parseSpoolName, spoolName } from '../../../src/spool/spool-names.ts';

const ms = fc.integer({ min: 0, max: 999_999_999_999_999 });

test('a name says what it was made of, whatever the instance is called', () => {
  const instances = fc.oneof(fc.uuid(), fc.constantFrom('i', 'a-1', 'host.missed-1x2', 'host.sent-3', 'x-1.handed-4'));
  fc.assert(
    fc.property(
      instances,
      fc.nat(),
      fc.constantFrom('waiting' as const, 'sent' as const, 'handed' as const),
      ms,
      fc.option(fc.record({ times: fc.integer({ min: 1, max: 999_999 }), since: ms }), { nil: undefined }),
      (instance, sequence, state, at, missed) => {
        const id = `${instance}-${sequence}`;
        const since = state === 'waiting' ? undefined : at;
        const name = spoolName(id, state, since, missed);
        expect(parseSpoolName(name)).toEqual({ id, instance, sequence, state, since, missed });
        expect(parseOwnerName(name)).toBeUndefined();
      },
    ),
  );
});

test.each([
  ['i-7.json.zst', { id: 'i-7', state: 'waiting', since: undefined, missed: undefined }],
  ['i-7.sent-1700000000000.json.zst', { id: 'i-7', state: 'sent', since: 1_700_000_000_000, missed: undefined }],
  ['i-7.handed-1700000000000.json.zst', { id: 'i-7', state: 'handed', since: 1_700_000_000_000, missed: undefined }],
])('%s, as releases before wrote it', (name, expected) => {
  expect(parseSpoolName(name)).toMatchObject(expected);
});

test('releases that do not know how often a part was missed see no part at all in its name, and leave it', () => {
  const before = /^((.+?)-(\d{1,15}))(?:\.(sent|handed)-(\d{1,15}))?\.json\.zst$/;
  for (const state of ['waiting', 'sent', 'handed'] as const)
    expect(before.test(spoolName('0b9f2c7e-6a53-4c0f-9d6e-1f2a3b4c5d6e-41', state, 5, { times: 2, since: 4 }))).toBe(
      false,
    );
});

test.each(['i-7.json.zst.tmp-1', 'i.json.zst', 'i-7.missed-0x.json.zst', 'i-7.reason.txt'])('%s is no part', (name) => {
  expect(parseSpoolName(name)).toBeUndefined();
});
