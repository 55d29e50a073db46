import { expect, test } from 'vitest';
import { satisfies } from '../../../src/setup/project/semver.ts';

// Ranges as instrumentations and peers of the OpenTelemetry packages write them.
test.each([
  ['8.23.1', '>=8.0.3 <9', true],
  ['9.0.0', '>=8.0.3 <9', false],
  ['8.0.2', '>=8.0.3 <9', false],
  ['1.10.0', '>=1.10.0 <1.11.0', true],
  ['1.9.0', '^1.10.0', false],
  ['1.12.3', '^1.10.0', true],
  ['2.0.0', '^1.10.0', false],
  ['0.223.4', '^0.223.0', true],
  ['0.224.0', '^0.223.0', false],
  ['0.0.4', '^0.0.3', false],
  ['6.9.0', '>= 6.7 < 8', true],
  ['6.6.9', '>= 6.7 < 8', false],
  ['2.9.1', '2', true],
  ['3.0.0', '2', false],
  ['1.4.9', '~1.4.2', true],
  ['1.5.0', '~1.4.2', false],
  ['1.9.9', '~1', true],
  ['4.5.6', '4.x', true],
  ['5.0.0', '4.x', false],
  ['7.0.0', '*', true],
  ['7.0.0', '', true],
  ['4.0.0', '>3', true],
  ['3.9.0', '>3', false],
  ['3.9.0', '<=3', true],
  ['4.0.0', '<=3', false],
  ['2.4.0', '1.2.3 - 2.4.0', true],
  ['2.4.1', '1.2.3 - 2.4.0', false],
  ['3.1.0', '^1.0.0 || ^3.0.0', true],
  ['2.1.0', '^1.0.0 || ^3.0.0', false],
  ['5.0.0-rc.1', '^5.0.0', true],
  ['1.0.0', 'latest', undefined],
  ['1.0.0', 'workspace:*', undefined],
  ['1.0.0', 'git+ssh://x || ^1.0.0', true],
  ['next', '^1.0.0', undefined],
])('%s in %s: %s', (version, range, expected) => {
  expect(satisfies(version, range)).toBe(expected);
});
