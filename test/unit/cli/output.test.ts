import { expect, test } from 'vitest';
import { exitCodeOf, exitCodes } from '../../../src/cli/exit-codes.ts';
import { colours, progressBar, toCsv, toJson } from '../../../src/cli/output.ts';
import type { ReportResult } from '../../../src/reports/report.ts';

const result: ReportResult = {
  report: 'load',
  question: 'Who?',
  range: { from: 0, to: 60_000, seconds: 60, asked: 120 },
  dataThrough: 59_000,
  services: 1,
  columns: [
    { name: 'key', type: 'string', unit: '' },
    { name: 'value', type: 'number', unit: 's' },
    { name: 'at', type: 'time', unit: 'ms', nullable: true },
  ],
  rows: [
    { key: 'a,"b"\n', value: 0.1 + 0.2, at: 1_000, internal: 'not shown' },
    { key: '=HYPERLINK("x")', value: 5e-324, at: null },
    { key: '-1', value: -1, at: null },
  ],
  notes: ['n'],
  tz: 'UTC',
};

test('JSON says before which hour late rows are still to be counted, where that is so', () => {
  expect(JSON.parse(toJson({ ...result, settled: 0 }))).toMatchObject({ settled: '1970-01-01T00:00:00.000Z' });
  expect(JSON.parse(toJson(result))).not.toHaveProperty('settled');
});

test('JSON keeps every digit, the units and the range', () => {
  expect(JSON.parse(toJson(result))).toEqual({
    report: 'load',
    question: 'Who?',
    range: { from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T00:01:00.000Z', seconds: 60, asked: 120 },
    dataThrough: '1970-01-01T00:00:59.000Z',
    services: 1,
    columns: result.columns,
    rows: [
      { key: 'a,"b"\n', value: 0.30000000000000004, at: '1970-01-01T00:00:01.000Z' },
      { key: '=HYPERLINK("x")', value: 5e-324, at: null },
      { key: '-1', value: -1, at: null },
    ],
    notes: ['n'],
  });
});

test('CSV quotes, keeps numbers, and gives spreadsheets no formula', () => {
  expect(toCsv(result)).toBe(
    'key,value,at\r\n"a,""b""\n",0.30000000000000004,1970-01-01T00:00:01.000Z\r\n"\'=HYPERLINK(""x"")",5e-324,\r\n\'-1,-1,\r\n',
  );
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: false }, {}, false],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
])('colours on %j with %j: %s', (stream, env, on) => {
  expect(colours(stream, env).bold('x') !== 'x').toBe(on);
});

test('the progress bar is silent where there is no terminal', () => {
  const written: string[] = [];
  const bar = progressBar('Merging', {
    isTTY: false,
    write: (text: string) => written.push(text),
  } as unknown as NodeJS.WriteStream);
  bar.update(1, 2);
  bar.end();
  expect(written).toEqual([]);
});

test('every error code has an exit code other than 0', () => {
  for (const code of [
    'ATTR_USAGE',
    'ATTR_STORE_EMPTY',
    'ATTR_STORE_LOCKED',
    'ATTR_PEER_MISSING',
    'ATTR_CONFIG_INVALID',
    'ATTR_TIMEOUT',
    undefined,
  ] as const) {
    expect(exitCodeOf(code)).not.toBe(0);
  }
  expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length);
});
