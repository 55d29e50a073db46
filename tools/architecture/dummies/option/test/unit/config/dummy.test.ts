/** An option that was added with one entry: it can be set everywhere, is checked, and stands in the table. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  type AttributionOptions,
  configJsonSchema,
  loadOptions,
  settleOptions,
  validateAll,
  validateText,
} from '../../../src/engine/options.ts';
import { configTemplate } from '../../../src/setup/init/config-template.ts';

const typed: AttributionOptions = { dummyCount: 3 };

it('is accepted in code, in a file and in a variable, and has its default', () => {
  expect(loadOptions(typed, {})).toEqual({ dummyCount: 3 });
  expect(validateText('dummyCount: 4', 'a.yaml')).toEqual({ options: { dummyCount: 4 }, problems: [] });
  expect(loadOptions(undefined, { OTEL_ATTRIBUTION_DUMMY_COUNT: '5' })).toEqual({ dummyCount: 5 });
  const { dummyCount }: { readonly dummyCount: number } = settleOptions({});
  expect(dummyCount).toBe(2);
});

it.each([
  ['code', { dummyCount: 0 }, {}, 'dummyCount: 2'],
  ['code', { dumyCount: 1 }, {}, 'did you mean dummyCount?'],
  ['OTEL_ATTRIBUTION_DUMMY_COUNT', undefined, { OTEL_ATTRIBUTION_DUMMY_COUNT: 'x' }, 'OTEL_ATTRIBUTION_DUMMY_COUNT=2'],
])('a wrong one from %s is named with the way out', (source, code, env, fix) => {
  expect(validateAll(code, env).problems).toEqual([expect.objectContaining({ source, fix })]);
});

it('is in docs/options.md, in the template and in the schema for editors', () => {
  const page = readFileSync(new URL('../../../docs/options.md', import.meta.url), 'utf8');
  expect(page).toContain('| `dummyCount` | number | 2 | number of dummies (`OTEL_ATTRIBUTION_DUMMY_COUNT`) |');
  expect(configTemplate()).toContain('dummyCount: 2');
  expect(configJsonSchema().properties).toHaveProperty('dummyCount');
});
