import { describe, expect, it } from 'vitest';
import { absentCheck, checkedRows } from '../../../src/core/mapping/absent.ts';
import { presetOrder, presetPlans } from '../../../src/core/mapping/presets/index.ts';

describe('checks with names written out', () => {
  for (const names of checkedRows) {
    it(`know ${names.join(', ')} and nothing else`, () => {
      const absent = absentCheck(names)!;
      expect(absent({})).toBe(true);
      expect(absent({ other: 1 })).toBe(true);
      for (const name of names) expect([name, absent({ [name]: 'x' })]).toEqual([name, false]);
    });
  }
  it('are all in use', () => {
    const used = new Set(presetPlans(presetOrder).flatMap(({ slots }) => slots.map(({ names }) => names)));
    for (const names of checkedRows) expect(used.has(names)).toBe(true);
  });
  it('exist for no other list', () => expect(absentCheck(['db.system.name', 'db.system'])).toBeUndefined());
});
