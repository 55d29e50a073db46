import { expect, test } from 'vitest';
import { within } from '../../../src/pipeline/deadline.ts';

test('within: in time, late, rejected', async () => {
  expect(await within(1_000, Promise.resolve())).toBe(true);
  expect(await within(1_000, Promise.reject(new Error('x')))).toBe(true);
  expect(await within(5, new Promise(() => {}))).toBe(false);
  expect(await within(-1, new Promise(() => {}))).toBe(false);
});
