/** The functions that reports and dashboards stand on. */
import {
  HEADER_ROW,
  type KustoColumn,
  type KustoNames,
  partColumns,
  SCHEMA_VERSION,
  sumColumns,
} from '../../../kusto/names.ts';
import type { StoredFunctionDefinition } from '../../../kusto/stored-function.ts';
import { defaultGenerations, type Generation, type Generations, sampledMax } from './views.ts';

/** The last one says the version. */
export function schemaFunctions(
  names: KustoNames,
  packageVersion: string,
  generations: Generations = defaultGenerations(names),
): StoredFunctionDefinition[] {
  return [
    rollup(names.rollup5m, '5 minutes', generations['5m']),
    rollup(names.rollup1h, '1 hour', generations['1h']),
    sums(names),
    parts(names),
    schema(names, packageVersion),
  ];
}

function rollup(name: string, width: string, generations: readonly Generation[]): StoredFunctionDefinition {
  const branches = generations.map((generation, i) => branch(generation, generations[i + 1]?.cut));
  return {
    name,
    docstring: `Sums in bins of ${width}, of all generations of the view.`,
    parameters: [],
    columns: sumColumns,
    body: branches.length === 1 ? branches[0]! : `union\n${branches.map((text) => `(${text})`).join(',\n')}`,
  };
}

/** The windows in [cut, next cut) of one generation, in the columns of this release. */
function branch({ view, cut, columns }: Generation, until: number | undefined): string {
  const conditions = [
    ...(cut === undefined ? [] : [`WindowStart >= ${datetime(cut)}`]),
    ...(until === undefined ? [] : [`WindowStart < ${datetime(until)}`]),
  ];
  const has = (column: KustoColumn) => columns === undefined || columns.includes(column.name);
  const selected = sumColumns.map((column) => {
    return has(column) ? column.name : `${column.name} = ${absent(column)}`;
  });
  return [
    view,
    ...(conditions.length === 0 ? [] : [`| where ${conditions.join(' and ')}`]),
    `| project ${selected.join(', ')}`,
  ].join('\n');
}

/** What stands for a column that an older generation does not have. */
function absent({ name, type }: KustoColumn): string {
  if (name === 'SampledMax') return 'real(-inf)';
  return type === 'string' ? "''" : `${type}(null)`;
}

const datetime = (ms: number): string => `datetime(${new Date(ms).toISOString()})`;

/**
 * The range is cut at the first and last whole bin: rows | 5-minute bins | 1-hour bins | 5-minute bins | rows. Where there is no whole bin,
 * the first begins after the last ends: nothing is between them and everything is outside. So each row is in exactly one branch, whatever
 * the range. A window never crosses a bin, since its width divides five minutes.
 */
function sums(names: KustoNames): StoredFunctionDefinition {
  const select = `| project ${sumColumns.map(({ name }) => name).join(', ')}`;
  return {
    name: names.sums,
    docstring: `What began in [_from, _to), from the coarsest sums up to _grain and from rows at the edges; with _asOf from rows alone, those sealed until then.`,
    parameters: [
      { name: '_from', type: 'datetime' },
      { name: '_to', type: 'datetime' },
      { name: '_grain', type: 'timespan', default: '1h' },
      { name: '_asOf', type: 'datetime', default: 'datetime(null)' },
    ],
    columns: sumColumns,
    body: [
      'let _minute0 = iff(bin(_from, 5m) == _from, _from, bin(_from, 5m) + 5m);',
      'let _minute1 = bin(_to, 5m);',
      'let _hour0 = iff(bin(_from, 1h) == _from, _from, bin(_from, 1h) + 1h);',
      'let _hour1 = bin(_to, 1h);',
      'let _minutes = isnull(_asOf) and _grain >= 5m;',
      'let _hours = isnull(_asOf) and _grain >= 1h;',
      'union',
      `(${names.rows}`,
      `| where WindowStart >= _from and WindowStart < _to and Row > ${HEADER_ROW}`,
      '| where not(_minutes) or WindowStart < _minute0 or WindowStart >= _minute1',
      '| where isnull(_asOf) or SealedAt <= _asOf',
      `| extend ${sampledMax}`,
      `${select}),`,
      `(${names.rollup5m}()`,
      '| where _minutes and WindowStart >= _minute0 and WindowStart < _minute1',
      '| where not(_hours) or WindowStart < _hour0 or WindowStart >= _hour1',
      `${select}),`,
      `(${names.rollup1h}()`,
      '| where _hours and WindowStart >= _hour0 and WindowStart < _hour1',
      `${select})`,
    ].join('\n'),
  };
}

function parts(names: KustoNames): StoredFunctionDefinition {
  return {
    name: names.parts,
    docstring:
      'One row per part, from the row that heads it: which instance sealed it, in which release, with how many rows.',
    parameters: [],
    columns: partColumns,
    body: [
      names.rows,
      `| where Row == ${HEADER_ROW}`,
      '| extend _header = parse_json(Attributes)',
      '| project PartId, Instance = tostring(_header.instance), Sequence = tolong(_header.sequence), SealedAt, WindowSeconds,',
      "    Rows = tolong(Value), Final = tobool(_header.final), Package = tostring(_header['package']),",
      '    Mapping = tostring(_header.mapping), Services = todynamic(_header.services)',
    ].join('\n'),
  };
}

function schema(names: KustoNames, packageVersion: string): StoredFunctionDefinition {
  return {
    name: names.schema,
    docstring: 'Version of the schema, and the release of otel-attribution that applied it.',
    parameters: [],
    columns: [
      { name: 'Version', type: 'long' },
      { name: 'Package', type: 'string' },
    ],
    body: `print Version = long(${SCHEMA_VERSION}), Package = '${packageVersion.replaceAll(/[^\w.+-]/g, '')}'`,
  };
}
