import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { allReports, reports } from '../../../src/reports/all.ts';
import { type Columns, columnsOf, integer, nullable, number, text, time } from '../../../src/reports/columns.ts';
import { queryText } from '../../../src/reports/query-text.ts';
import { span, statement } from '../../../src/reports/sql/texts.ts';

test('a report is listed under its own name', async () => {
  expect((await allReports()).map(({ name }) => name)).toEqual(Object.keys(reports));
});

type Line = { readonly who: string; readonly at: number; readonly share: number | null };

describe('columns', () => {
  test('are those of the row, in order', () => {
    const columns: Columns<Line> = { who: text, at: time, share: nullable(number('1')) };
    expect(columnsOf(columns)).toEqual([
      { name: 'who', type: 'string', unit: '' },
      { name: 'at', type: 'time', unit: 'ms' },
      { name: 'share', type: 'number', unit: '1', nullable: true },
    ]);
  });

  test('that are not those of the row do not compile', () => {
    const share = nullable(number('1'));
    // @ts-expect-error one is missing
    const missing: Columns<Line> = { who: text, at: time };
    // @ts-expect-error one has another name
    const misnamed: Columns<Line> = { who: text, when: time, share };
    // @ts-expect-error one is too many
    const more: Columns<Line> = { who: text, at: time, share, unit: text };
    // @ts-expect-error one has another type
    const mistyped: Columns<Line> = { who: integer('1'), at: time, share };
    // @ts-expect-error one is never null
    const never: Columns<Line> = { who: text, at: nullable(time), share };
    // @ts-expect-error one may be null
    const always: Columns<Line> = { who: text, at: time, share: number('1') };
    expect([missing, misnamed, more, mistyped, never, always]).toHaveLength(6);
  });
});

test('a query is read once per process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'report-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const folder = pathToFileURL(`${directory}/`);
  writeFileSync(join(directory, 'query.sql'), 'first');
  writeFileSync(join(directory, 'query.kql'), 'other');
  expect(queryText(folder, 'sql')).toBe('first');
  writeFileSync(join(directory, 'query.sql'), 'second');
  expect(queryText(folder, 'sql')).toBe('first');
  expect(queryText(folder, 'kql')).toBe('other');
});

test('the span of another period has parameters of its own', () => {
  const params = { from: 1, to: 2, then_from: 3, then_to: 4 };
  expect(statement('{{span}}', { span }, params)[1]).toEqual({ from: 1, to: 2 });
  expect(statement('{{span:then}}', { span }, params)[1]).toEqual({ then_from: 3, then_to: 4 });
  expect(span('then')).toBe(span().replace('$from', '$then_from').replace('$to', '$then_to'));
});
