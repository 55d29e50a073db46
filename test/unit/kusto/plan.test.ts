/** What is to be done about a database, as `.show` commands describe it. */
import { expect, it, test } from 'vitest';
import { kustoNames, rollupColumns } from '../../../src/kusto/names.ts';
import { parametersText, type StoredFunctionDefinition } from '../../../src/kusto/stored-function.ts';
import type { CurrentSchema, CurrentView } from '../../../src/stores/kusto/schema/current.ts';
import { type SchemaOptions, schemaObjects } from '../../../src/stores/kusto/schema/objects.ts';
import { isEqual, nextCut, planSchema } from '../../../src/stores/kusto/schema/plan.ts';

const names = kustoNames();
const NOW = Date.parse('2026-11-22T14:20:00Z');
const report: StoredFunctionDefinition = {
  name: 'AttributionLoad',
  docstring: 'x',
  parameters: [
    { name: 'From', type: 'datetime' },
    { name: 'By', type: 'string', default: "'origin'" },
    { name: 'Step', type: 'timespan', default: 'time(1h)' },
    { name: 'Limit', type: 'long', default: '10' },
  ],
  body: 'AttributionSums(From, From + Step)\n| take Limit',
  columns: [],
};
const options: SchemaOptions = { functions: [report], package: '1.0.0' };

/** A database that holds everything, written in the service's own way. */
function applied(): { -readonly [K in keyof CurrentSchema]: CurrentSchema[K] } & {
  views: Map<string, CurrentView>;
  policies: Map<string, Record<string, unknown>>;
  functions: Map<string, { parameters: string; body: string; folder: string }>;
} {
  const views = new Map<string, CurrentView>();
  const functions = new Map();
  const policies = new Map<string, Record<string, unknown>>();
  const mappings = new Map<string, string>();
  let columns = new Map<string, string>();
  for (const object of schemaObjects(names, options)) {
    if (object.kind === 'table') columns = new Map(object.columns.map(({ name, type }) => [name, type]));
    if (object.kind === 'mapping')
      mappings.set(
        object.name,
        JSON.stringify(object.entries.map(({ column, path }) => ({ column, path, datatype: '', transform: null }))),
      );
    if (object.kind === 'policy') policies.set(`${object.policy} ${object.entity}`, { Other: null, ...object.values });
    if (object.kind === 'materialized-view')
      views.set(object.name, {
        name: object.name,
        source: object.source,
        query: object.query.replaceAll('\n', '\r\n'),
        enabled: true,
        docstring: '',
        autoUpdateSchema: object.level === 'rows',
        lookback: object.level === 'rows' ? '1.00:00:00' : '',
      });
    if (object.kind === 'function')
      functions.set(object.name, {
        parameters: parametersText(object.definition).replaceAll("'", '"').replaceAll('time(1h)', '01:00:00'),
        body: `{\n${object.definition.body}\n}`,
        folder: names.base,
      });
  }
  return {
    version: { version: 1, package: '1.0.0' },
    columns,
    mappings,
    views,
    viewColumns: new Map([...views.keys()].map((name) => [name, rollupColumns.map((column) => column.name)])),
    functions,
    policies,
    rowsWithoutView: false,
  };
}

const nothing: CurrentSchema = {
  version: undefined,
  columns: undefined,
  mappings: new Map(),
  views: new Map(),
  viewColumns: new Map(),
  functions: new Map(),
  policies: new Map(),
  rowsWithoutView: false,
};

const plan = (current: CurrentSchema, more: Partial<SchemaOptions> = {}) =>
  planSchema(names, current, { ...options, ...more }, NOW);
const lines = (of: ReturnType<typeof plan>) => of.changes.map(({ kind, name, state }) => `${state} ${kind} ${name}`);

it('an empty database lacks everything, in the order of creation', () => {
  const { changes, notes, blocked } = plan(nothing);
  expect(changes.map(({ name }) => name)).toEqual(schemaObjects(names, options).map(({ name }) => name));
  expect(new Set(changes.map(({ state }) => state))).toEqual(new Set(['missing']));
  expect([...notes, ...blocked]).toEqual([]);
  const at = (name: string) => changes.findIndex((change) => change.name === name);
  expect(at(names.raw)).toBe(0);
  expect(at(names.rows)).toBeLessThan(at(names.rollup5mView));
  expect(at(names.rollup1hView)).toBeLessThan(at(names.mapping));
  expect(at(names.mapping)).toBeLessThan(at(names.sums));
  expect(at(names.schema)).toBe(changes.length - 2);
  expect(changes.at(-1)).toMatchObject({ optional: expect.stringContaining('streaming') });
});

it('one that holds everything is equal, whatever the service makes of the texts', () => {
  expect(plan(applied())).toEqual({ changes: [], notes: [], blocked: [] });
  expect(plan(applied(), { package: '1.0.1' }).changes).toEqual([]);
});

it('adds a column', () => {
  const current = applied();
  current.columns = new Map([...current.columns!].filter(([name]) => name !== 'Attributes'));
  expect(plan(current).changes).toMatchObject([
    {
      kind: 'table',
      state: 'different',
      detail: 'without Attributes',
      commands: [expect.stringMatching(/^\.create-merge table AttributionRaw \(/)],
    },
  ]);
});

it('cannot change the type of a column, nor the query of the view of rows', () => {
  const current = applied();
  current.columns = new Map([...current.columns!, ['Value', 'string']]);
  current.views.set(names.rows, {
    ...current.views.get(names.rows)!,
    query: 'AttributionRaw | summarize take_any(*) by PartId',
  });
  const { blocked } = plan(current);
  expect(blocked).toEqual([
    expect.stringMatching(/column Value of the table AttributionRaw is string, not real/),
    expect.stringMatching(/view AttributionRows is another query/),
  ]);
  expect(isEqual(plan(current))).toBe(false);
});

it('writes anew a function that was edited, lacks a default or is missing, and says which release did', () => {
  const current = applied();
  current.functions.set('AttributionLoad', { ...current.functions.get('AttributionLoad')!, body: '{ print 1 }' });
  current.functions.set(names.sums, {
    ...current.functions.get(names.sums)!,
    parameters: '(_from:datetime, _to:datetime, _grain:timespan, _asOf:datetime)',
  });
  current.functions.delete(names.parts);
  expect(lines(plan(current, { package: '1.0.1' }))).toEqual([
    'different function AttributionSums',
    'missing function AttributionParts',
    'different function AttributionLoad',
    'different function AttributionSchema',
  ]);
});

it('raises the version last', () => {
  const current = applied();
  current.version = { version: 0, package: '0.9.0' };
  expect(plan(current).changes).toMatchObject([{ name: names.schema, detail: 'version 0, not 1' }]);
});

it('keeps a policy that someone chose, unless it is asked for', () => {
  const current = applied();
  current.policies.set('retention Attribution5m_v1', { SoftDeletePeriod: '1000.00:00:00', Recoverability: 'Enabled' });
  current.policies.set('caching AttributionRows', {
    DataHotSpan: { Value: '5.00:00:00' },
    IndexHotSpan: { Value: '5.00:00:00' },
  });
  const kept = plan(current);
  expect(kept.changes).toEqual([]);
  expect(kept.notes).toEqual([
    'policy caching of AttributionRows is 5.00:00:00, by default 31.00:00:00: kept; --hot-days sets it',
    'policy retention of Attribution5m_v1 is 1000.00:00:00, by default 180.00:00:00: kept; --retention-5m-days sets it',
  ]);
  expect(plan(current, { retention: { '5m': 90 } }).changes).toMatchObject([
    { name: 'retention of Attribution5m_v1', commands: [expect.stringContaining('softdelete = 90d')] },
  ]);
});

it('a policy that nobody set is set, and streaming ingestion may stay off', () => {
  const current = applied();
  current.policies.delete('retention AttributionRaw');
  current.policies.delete('streamingingestion AttributionRaw');
  expect(lines(plan(current))).toEqual([
    'missing policy retention of AttributionRaw',
    'missing policy streamingingestion of AttributionRaw',
  ]);
  current.policies.set('retention AttributionRaw', { SoftDeletePeriod: '7.00:00:00' });
  expect(isEqual(plan(current))).toBe(true);
});

it('mends the view of rows', () => {
  const current = applied();
  current.views.set(names.rows, {
    ...current.views.get(names.rows)!,
    enabled: false,
    autoUpdateSchema: false,
    lookback: '',
  });
  expect(plan(current).changes.flatMap(({ commands }) => commands)).toEqual([
    '.alter materialized-view AttributionRows autoUpdateSchema true',
    '.alter materialized-view AttributionRows lookback 1d',
    '.enable materialized-view AttributionRows',
  ]);
});

it('makes a missing view from the rows that are there, in the background', () => {
  const current = applied();
  current.views.delete(names.rollup1hView);
  expect(plan(current).changes[0]!.commands[0]).toMatch(/^\.create ifnotexists materialized-view with \(folder/);
  current.rowsWithoutView = true;
  expect(plan(current).changes[0]!.commands[0]).toMatch(
    /^\.create async ifnotexists materialized-view with \(backfill=true, /,
  );
});

test.each([
  ['2026-11-22T14:20:00Z', '2026-11-22T15:00:00Z'],
  ['2026-11-22T14:50:00Z', '2026-11-22T15:00:00Z'],
  ['2026-11-22T14:50:01Z', '2026-11-22T16:00:00Z'],
  ['2026-11-22T15:00:00Z', '2026-11-22T16:00:00Z'],
])('a view made at %s takes windows from %s', (now, cut) => {
  expect(nextCut(Date.parse(now))).toBe(Date.parse(cut));
});

it('other keys make a new generation from the next hour on; the old one stays', () => {
  const current = applied();
  const old = names.rollup5mView;
  current.views.set(old, {
    ...current.views.get(old)!,
    query: 'AttributionRows | summarize Value = sum(Value) by bin(WindowStart, 5m), Service',
  });
  current.viewColumns = new Map([...current.viewColumns, [old, ['WindowStart', 'Service', 'Value']]]);
  current.rowsWithoutView = true;
  const { changes, notes, blocked } = plan(current);
  expect(blocked).toEqual([]);
  expect(notes).toEqual(['view Attribution5m_v1 is an older generation, for windows before 2026-11-22T15:00Z: kept']);
  const [view] = changes;
  expect(view).toMatchObject({ kind: 'materialized-view', name: 'Attribution5m_v2', state: 'missing' });
  // Empty, not made from what is there: what it holds begins at the cut.
  expect(view!.commands[0]).toMatch(
    /^\.create ifnotexists .*windows from 2026-11-22T15:00:00Z.* Attribution5m_v2 on materialized-view AttributionRows/s,
  );
  const union = changes.find(({ name }) => name === names.rollup5m)!.commands[0]!;
  expect(union).toMatch(
    /Attribution5m_v1\n\| where WindowStart < datetime\(2026-11-22T15:00:00\.000Z\)\n.*Origin = ''/,
  );
  expect(union).toMatch(
    /Attribution5m_v2\n\| where WindowStart >= datetime\(2026-11-22T15:00:00\.000Z\)\n\| project WindowStart, WindowSeconds, Service/,
  );
  expect(changes.some(({ name }) => name === names.rollup1h)).toBe(false);

  // Interrupted before the function was written; run again two hours later: the cut is the one that the view states.
  current.views.set('Attribution5m_v2', {
    ...applied().views.get(old)!,
    docstring: /docString='([^']*)'/.exec(view!.commands[0]!)![1]!,
  });
  current.viewColumns = new Map([...current.viewColumns, ['Attribution5m_v2', rollupColumns.map(({ name }) => name)]]);
  const again = planSchema(names, current, options, NOW + 7_200_000);
  expect(again.changes.map(({ name }) => name)).toContain(names.rollup5m);
  expect(again.changes.find(({ name }) => name === names.rollup5m)!.commands[0]).toBe(union);
  expect(again.changes.some(({ kind }) => kind === 'materialized-view')).toBe(false);
  expect(planSchema(names, current, options, NOW + 200 * 86_400_000).notes).toEqual([
    expect.stringContaining('.drop materialized-view Attribution5m_v1'),
  ]);
});

it('names functions of its folder that no release of this one has', () => {
  const current = applied();
  current.functions.set('AttributionOld', { parameters: '()', body: '{print 1}', folder: names.base });
  current.functions.set('AttributionMine', { parameters: '()', body: '{print 1}', folder: 'someone' });
  expect(plan(current)).toMatchObject({ changes: [], notes: ['function AttributionOld is not of this release: kept'] });
});
