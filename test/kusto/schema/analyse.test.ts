/** Every text of the schema before Microsoft's analyser: known, without a complaint, with the columns it declares. */

import { expect, it, test } from 'vitest';
import type { KustoClient } from '../../../src/kusto/client.ts';
import { kustoNames, rollupColumns, rowColumns } from '../../../src/kusto/names.ts';
import { readSchema } from '../../../src/stores/kusto/schema/current.ts';
import { schemaObjects } from '../../../src/stores/kusto/schema/objects.ts';
import { planSchema } from '../../../src/stores/kusto/schema/plan.ts';
import { schemaScript } from '../../../src/stores/kusto/schema/script.ts';
import { rowsView } from '../../../src/stores/kusto/schema/views.ts';
import { reportFunctions } from '../../helpers/reports.ts';
import { analyse } from '../kql/analyser.ts';
import { schemaDatabase } from './apply.ts';

const HOUR = Date.parse('2026-11-22T15:00:00Z');
const names = kustoNames();
const twoGenerations = {
  '5m': [
    {
      view: 'Attribution5m_v1',
      columns: ['WindowStart', 'Service', 'Origin', 'Target', 'Event', 'Unit', 'Value', 'Count'],
    },
    { view: 'Attribution5m_v2', cut: HOUR },
  ],
  '1h': [
    { view: 'Attribution1h_v1' },
    { view: 'Attribution1h_v2', cut: HOUR },
    { view: 'Attribution1h_v3', cut: 2 * HOUR },
  ],
};

for (const [which, generations] of [
  ['of this release', undefined],
  ['with older generations', twoGenerations],
] as const) {
  const objects = schemaObjects(names, { functions: [], package: '1.2.3', ...(generations && { generations }) });
  const database = schemaDatabase(names, objects);
  const views = new Map(database.views);
  for (const { view, columns } of [...(generations?.['5m'] ?? []), ...(generations?.['1h'] ?? [])] as {
    view: string;
    columns?: string[];
  }[])
    views.set(
      view,
      rollupColumns.filter(({ name }) => columns === undefined || columns.includes(name)),
    );
  const all = { ...database, views };

  test.each(objects.flatMap(({ kind, name, commands }) => commands.map((command) => [kind, name, command] as const)))(
    `${which}: %s %s`,
    (_, __, command) => {
      const { diagnostics, known } = analyse(command, all);
      expect(diagnostics).toEqual([]);
      expect(known).toBe(true);
    },
  );

  const functions = objects.flatMap((object) => (object.kind === 'function' ? [object.definition] : []));
  test.each(functions.map((fn) => [fn.name, fn] as const))(
    `${which}: columns of %s`,
    (name, { parameters, columns }) => {
      const values = { datetime: 'datetime(2026-11-22)', timespan: '1h' } as Record<string, string>;
      const call = `${name}(${parameters.map(({ type }) => values[type]!).join(', ')})`;
      const result = analyse(call, all);
      expect(result.diagnostics).toEqual([]);
      expect(result.columns).toEqual(columns);
    },
  );

  const viewObjects = objects.flatMap((object) => (object.kind === 'materialized-view' ? [object] : []));
  test.each(viewObjects.map((view) => [view.name, view] as const))(`${which}: view %s`, (_, view) => {
    const { diagnostics, columns } = analyse(view.query, all);
    expect(diagnostics).toEqual([]);
    const declared = view.level === 'rows' ? rowColumns : rollupColumns;
    expect(new Set(columns?.map(({ name, type }) => `${name}:${type}`))).toEqual(
      new Set(declared.map(({ name, type }) => `${name}:${type}`)),
    );
    // What the service asks for, and no grammar checks.
    expect(view.query.match(/\bsummarize\b/g)).toHaveLength(1);
    expect(view.query.slice(view.query.indexOf('| summarize') + 1)).not.toContain('|');
    expect(view.query).not.toMatch(/\b(now|ago)\(|\b(sort|top|serialize|partition|order)\b/);
    expect(analyse(view.backfillCommand, all)).toMatchObject({ diagnostics: [], known: true });
  });
}

it('reads and mends a database with commands that are known', async () => {
  const sent: string[] = [];
  const result = (names: string[], ...rows: unknown[][]) => ({
    columns: names.map((name) => ({ name, type: 'string' as const })),
    rows,
  });
  const client: KustoClient = {
    cluster: 'http://127.0.0.1',
    database: 'db',
    query: async (text) => {
      sent.push(text);
      return result(['Version', 'Package'], [1, '1.2.3']);
    },
    command: async (text) => {
      sent.push(text);
      if (text === '.show tables') return result(['TableName'], [names.raw]);
      if (text === '.show functions')
        return result(['Name', 'Parameters', 'Body', 'Folder'], [names.schema, '()', '{print 1}', '']);
      if (text === '.show materialized-views')
        return result(
          ['Name', 'SourceTable', 'Query', 'IsEnabled'],
          [names.rows, names.raw, rowsView(names).query, false],
        );
      return result([]);
    },
    close: async () => {},
  };
  const current = await readSchema(client, names);
  const { changes } = planSchema(names, current, { functions: [], package: '1.2.3' }, HOUR);
  const mending = changes.filter(({ state, kind }) => state === 'different' && kind === 'materialized-view');
  const texts = [
    ...sent,
    ...mending.flatMap(({ commands }) => commands),
    '.show operations 0b0e8769-d4e8-4ff9-adae-071e52a650c7',
  ];
  expect(texts.filter((text) => text.includes('policy'))).toHaveLength(6);
  expect(texts.filter((text) => /^\.(alter|enable)/.test(text))).toHaveLength(3);
  for (const text of texts)
    expect(analyse(text, schemaDatabase()), text).toMatchObject({ diagnostics: [], known: true });
});

it('is one script that can be pasted', () => {
  const place = { cluster: "https://it's", database: "it's" };
  const whole = schemaScript(names, { functions: reportFunctions(names), package: '1.2.3' }, place);
  expect(whole.trimEnd()).not.toMatch(/\n\s*\n/);
  expect(whole).toContain(`.add database ['it\\'s'] viewers`);
  // The analyser takes many seconds for the whole; the functions of the reports are analysed one by one elsewhere.
  const script = schemaScript(names, { functions: [], package: '1.2.3' }, place);
  const { diagnostics, known } = analyse(script, schemaDatabase());
  expect(diagnostics).toEqual([]);
  expect(known).toBe(true);
}, 60_000);
