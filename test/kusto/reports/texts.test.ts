import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kustoNames } from '../../../src/kusto/names.ts';
import { createFunctionCommand, parametersText } from '../../../src/kusto/stored-function.ts';
import { whereKql } from '../../../src/reports/kql/texts.ts';
import { parseWhere } from '../../../src/reports/where.ts';
import { schemaObjects } from '../../../src/stores/kusto/schema/objects.ts';
import { allReports, reportFunctions } from '../../helpers/reports.ts';
import { analyse } from '../kql/analyser.ts';
import { schemaDatabase } from '../schema/apply.ts';
import { renderedTexts } from './texts.ts';

// Another base than the default: no name may be written out in a text.
const names = kustoNames('Shop');
const functions = reportFunctions(names);
const database = schemaDatabase(names, schemaObjects(names, { functions, package: '0.0.0-test' }));

test('every report folder is in the list of reports', () => {
  const folders = readdirSync(new URL('../../../src/reports/', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'sql' && entry.name !== 'kql')
    .map((entry) => entry.name);
  expect(allReports.map((report) => report.name).sort()).toEqual(folders.sort());
});

test('every query that reports send is free of complaints and returns the columns of its report', async () => {
  const texts = await renderedTexts(names);
  const answers = texts.filter((text) => text.columns !== undefined);
  expect(answers.length).toBeGreaterThan(45);
  expect(new Set(answers.map(({ of }) => of.split(' ')[0])).size).toBe(allReports.length);
  // What is fresh, bounds, services, what is nearest (four), events, attributes, changes.
  expect(texts.length - answers.length).toBe(10);
  for (const { of, text, columns } of texts) {
    const found = analyse(text, database);
    expect(found.diagnostics, `${of}\n${text}`).toEqual([]);
    if (columns !== undefined) expect(found.columns, of).toEqual(columns);
  }
});

test('no value is in a text', async () => {
  for (const { text } of await renderedTexts(names)) {
    expect(text).not.toMatch(/tenant|gen_ai|2026|GET|x\.y/);
  }
});

describe.each(functions)('$name', (fn) => {
  test('its command is known and free of complaints', () => {
    const found = analyse(createFunctionCommand(fn, 'attribution'), database);
    expect(found).toMatchObject({ diagnostics: [], known: true });
  });

  test('returns its columns, called with the range alone, with names, or with everything', () => {
    const range = 'datetime(2026-11-22), datetime(2026-11-23)';
    const more = fn.parameters
      .slice(2)
      .map(({ name, type }) => `${name}=${type === 'dynamic' ? 'dynamic(["x"])' : `${name}_`}`);
    const variables = fn.parameters.slice(2).map(({ name, type }) => ({ name: `${name}_`, type }));
    for (const args of [range, `From=${range.replace(', ', ', To=')}`, [range, ...more].join(', ')]) {
      const found = analyse(`${fn.name}(${args})`, database, { variables });
      expect(found).toMatchObject({ diagnostics: [], columns: fn.columns });
    }
  });

  test('its body is right by itself', () => {
    const text = `let F = ${parametersText(fn)} {\n${fn.body}\n};\nF(datetime(2026-11-22), datetime(2026-11-23))`;
    expect(analyse(text, database)).toMatchObject({ diagnostics: [], columns: fn.columns });
  });
});

test.each([
  ['origin=GET /a', ' and Origin == _where0', { _where0: 'GET /a' }],
  ['origin!=a', ' and not(Origin == _where0)', { _where0: 'a' }],
  ['origin~plain', ' and Origin == _where0', { _where0: 'plain' }],
  ['origin~GET *', ' and Origin startswith_cs _where0', { _where0: 'GET ' }],
  ['origin~*', ' and Origin matches regex _where0', { _where0: '^[\\s\\S]*$' }],
  ['target!~*a.b(c)|*', ' and not(Target matches regex _where0)', { _where0: '^[\\s\\S]*a\\.b\\(c\\)\\|[\\s\\S]*$' }],
  [
    'attribute.x=1,unit=s',
    ' and Unit == _where1 and tostring(parse_json(Attributes)[_whereAttribute0]) == _where0',
    { _where0: '1', _whereAttribute0: 'x', _where1: 's' },
  ],
])('--where %s', (text, kql, values) => {
  const found = whereKql(parseWhere(text));
  expect(found.text).toBe(kql);
  expect(Object.fromEntries(Object.entries(found.values).map(([name, { value }]) => [name, value]))).toEqual(values);
});
