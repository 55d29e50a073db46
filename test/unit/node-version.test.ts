import { expect, it } from 'vitest';
import { unsupportedNode } from '../../src/core/node-version.ts';

it.each(['22.15.0', '22.16.1', '23.0.0', '24.21.0', '100.0.0'])('%s will do', (version) => {
  expect(unsupportedNode(version)).toBe('');
});

it.each(['18.20.0', '20.20.2', '22.14.9', '9.0.0'])('%s is refused with what is needed', (version) => {
  expect(unsupportedNode(version)).toContain(`22.15 or later, this is ${version}`);
});
