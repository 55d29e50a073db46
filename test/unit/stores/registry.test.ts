import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addStoreOptions, withChosenStore } from '../../../src/cli/store-access.ts';
import { stores } from '../../../src/stores/registry.ts';

test('every store has a name of its own, and a local directory is asked unless another is named', () => {
  const names = stores.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const command = addStoreOptions(new Command('x').option('-d, --directory <path>', '', '.'));
  expect(command.parse([], { from: 'user' }).opts()).toEqual({ directory: '.', store: 'local' });
});

test('the command line has the flags of every store', () => {
  const given = addStoreOptions(new Command('x')).options.map((option) => option.attributeName());
  expect(given).toEqual(['store', ...stores.flatMap(({ flags }) => Object.keys(flags))]);
});

const flags = stores.flatMap((kind) => Object.keys(kind.flags).map((flag) => [flag, kind] as const));

test.each(flags)('--%s belongs to one store: another refuses it before it opens anything', (flag, { name, what }) => {
  for (const other of stores.filter((kind) => kind.name !== name && !Object.hasOwn(kind.flags, flag))) {
    const choice = { directory: '/nowhere', store: other.name };
    expect(() => withChosenStore(choice, { [flag]: 'x' }, () => Promise.resolve())).toThrow(
      expect.objectContaining({ code: 'ATTR_USAGE', message: expect.stringContaining(`${what}: add --store ${name}`) }),
    );
  }
});
