import { expect, test } from 'vitest';
import { isAlone, preloads } from '../../../src/otel/setup/wrong-start.ts';

test.each<[string[], string, string[]]>([
  [['--import', 'a', '--require=b', '-r', 'c', '--inspect'], '', ['a', 'b', 'c']],
  [[], '--import=otel-attribution/register --require "x"', ['otel-attribution/register', 'x']],
  [['--loader', 'x', '--importance', 'y'], '--max-old-space-size=64', []],
  [['--import'], '', ['']],
])('%j and NODE_OPTIONS=%j load %j first', (args, options, expected) => {
  expect(preloads(args, options).sort()).toEqual(expected.sort());
});

test.each([
  ['otel-attribution', true],
  ['./node_modules/otel-attribution/dist/index.js', true],
  ['otel-attribution/register', false],
  ['./otel.mjs', false],
  ['my-otel-attribution', false],
])('%s alone starts nothing: %s', (name, expected) => {
  expect(isAlone([name])).toBe(expected);
  expect(isAlone([name, 'otel-attribution/register'])).toBe(false);
});
