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
    {
      ...rollup(names.rollup5m, generations['5m'], (view) => view),
      docstring: 'Sums in bins of 5 minutes, of all generations of the view.',
    },
    {
      ...rollup(names.rollup1h, generations['1h'], (view) => view),
      docstring: 'Sums in bins of 1 hour, of all generations of the view.',
    },
    // By its name the service would work out what a view on a view has not taken up yet, each time and whatever is asked for. A function of
    // its own: a name that came to mean less would give too little, and no error, to whoever used it before.
    {
      ...rollup(names.rollup1hTaken, generations['1h'], (view) => `materialized_view('${view}')`),
      docstring: 'Sums in bins of 1 hour, of all generations of the view, as far as these have taken up what arrived.',
    },
    sums(names),
    parts(names),
    schema(names, packageVersion),
  ];
}

function rollup(
  name: string,
  generations: readonly Generation[],
  read: (view: string) => string,
): Omit<StoredFunctionDefinition, 'docstring'> {
  const branches = generations.map((generation, i) => branch(generation, generations[i + 1]?.cut, read));
  return {
    name,
    parameters: [],
    columns: sumColumns,
    body: branches.length === 1 ? branches[0]! : `union\n${branches.map((text) => `(${text})`).join(',\n')}`,
  };
}

/** The windows in [cut, next cut) of one generation, in the columns of this release. */
function branch({ view, cut, columns }: Generation, until: number | undefined, read: (view: string) => string): string {
  const conditions = [
    ...(cut === undefined ? [] : [`WindowStart >= ${datetime(cut)}`]),
    ...(until === undefined ? [] : [`WindowStart < ${datetime(until)}`]),
  ];
  const has = (column: KustoColumn) => columns === undefined || columns.includes(column.name);
  const selected = sumColumns.map((column) => {
    return has(column) ? column.name : `${column.name} = ${absent(column)}`;
  });
  return [
    read(view),
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
 *
 * Hours are read as far as the view has taken them up, before `_settled`; the newer ones, few, come from 5-minute bins, which are whole.
 * What arrives so late that its hour had been settled shows once the view has taken it up, some minutes later.
 */
function sums(names: KustoNames): StoredFunctionDefinition {
  const select = `| project ${sumColumns.map(({ name }) => name).join(', ')}`;
  return {
    name: names.sums,
    docstring: `What began in [_from, _to), from the coarsest sums up to _grain and from rows at the edges; with _asOf from rows alone, those sealed until then. Hours before _settled (default: those older than a day) are as the view has taken them up.`,
    parameters: [
      { name: '_from', type: 'datetime' },
      { name: '_to', type: 'datetime' },
      { name: '_grain', type: 'timespan', default: '1h' },
      { name: '_asOf', type: 'datetime', default: 'datetime(null)' },
      { name: '_settled', type: 'datetime', default: 'datetime(null)' },
    ],
    columns: sumColumns,
    body: [
      'let _minute0 = iff(bin(_from, 5m) == _from, _from, bin(_from, 5m) + 5m);',
      'let _minute1 = bin(_to, 5m);',
      'let _hour0 = iff(bin(_from, 1h) == _from, _from, bin(_from, 1h) + 1h);',
      'let _hour1 = bin(min_of(_to, coalesce(_settled, now() - 1d)), 1h);',
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
      `(${names.rollup1hTaken}()`,
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
