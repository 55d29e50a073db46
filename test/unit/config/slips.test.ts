import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { usableOptions, validateAll } from '../../../src/engine/options.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const problems = (env: Record<string, string>) =>
  validateAll(undefined, env).problems.map(({ source, fix }) => `${source}: ${fix}`);

test.each([
  ['OTEL_ATRIBUTION_DIRECTORY', 'OTEL_ATTRIBUTION_DIRECTORY'],
  ['OTEL_ATTRIBUTIONS_DIRECTORY', 'OTEL_ATTRIBUTION_DIRECTORY'],
  ['OTEL_ATTRIBUTON_WINDOW_SECOND', 'OTEL_ATTRIBUTION_WINDOW_SECONDS'],
  ['otel_attribution_directory', 'OTEL_ATTRIBUTION_DIRECTORY'],
])('%s was meant to be %s', (slip, meant) => {
  expect(problems({ [slip]: '60' })).toEqual([`${slip}: did you mean ${meant}?`]);
});

test.each([
  'OTEL_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_APPLICATION_DIRECTORY',
  'OTEL_A_B',
])('%s is none of ours', (name) => expect(problems({ [name]: '60' })).toEqual([]));

test('a slip costs nothing but itself', () => {
  const file = path.join(tempDir(), 'a.yaml');
  writeFileSync(file, 'maxRows: 5000\n');
  const reported: string[] = [];
  const env = {
    OTEL_ATTRIBUTION_CONFIG_FILE: file,
    OTEL_ATRIBUTION_DIRECTORY: '/data',
    OTEL_ATTRIBUTION_LIVE: 'false',
  };
  const options = usableOptions(undefined, (text) => reported.push(text), env);
  expect(options).toMatchObject({ maxRows: 5000, live: false });
  expect(reported.join()).toContain('did you mean OTEL_ATTRIBUTION_DIRECTORY?');
});

test('a file of comments says nothing; one with a mistake does', () => {
  const file = path.join(tempDir(), 'a.yaml');
  const reported: string[] = [];
  const read = (text: string) => {
    writeFileSync(file, text);
    return usableOptions(undefined, (problem) => reported.push(problem), { OTEL_ATTRIBUTION_CONFIG_FILE: file });
  };
  expect(read('# maxRows: 5\n\n  # live: false\n')).toEqual({});
  expect(reported).toEqual([]);
  expect(read('# comment\nmaxRows: 5000\n')).toEqual({ maxRows: 5000 });
  read('maxRow: 5000\n');
  expect(reported.join()).toContain('did you mean maxRows?');
});
