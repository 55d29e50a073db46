/**
 * The view that counts each row once, and the rollups on it. What the service asks of a view and no grammar checks: one `summarize`,
 * as the last operator; no now() or ago(); no composite aggregates; a view over a view only where the lower one is `take_any(*)`.
 */
import { columnsMerged } from '../../../core/row.ts';
import { HEADER_ROW, type KustoNames, keyColumns } from '../../../kusto/names.ts';

export interface ViewObject {
  readonly kind: 'materialized-view';
  readonly name: string;
  readonly commands: readonly string[];
  /** The same, taking in what its source holds already; the service runs it in the background. */
  readonly backfillCommand: string;
  readonly source: string;
  readonly query: string;
  readonly level: 'rows' | '5m' | '1h';
  /** The view of rows only: it follows new columns of the table, and looks for doubles this far back. */
  readonly lookback?: string;
}

/**
 * The group keys of a view can never change. So a change makes a new view, `_vN+1`, which holds what arrives after it was made; the older
 * ones stay and stay up to date, and the functions take each window from one of them.
 */
export interface Generation {
  readonly view: string;
  /** Windows from here on are taken from this view: a full hour, milliseconds since the Unix epoch. The first has none. */
  readonly cut?: number;
  /** Columns it has, where they are not those of this release. */
  readonly columns?: readonly string[];
}

export interface Generations {
  /** Oldest first, at least one. The last is the one of this release. */
  readonly '5m': readonly Generation[];
  readonly '1h': readonly Generation[];
}

export const LOOKBACK = '1d';

export function defaultGenerations(names: KustoNames): Generations {
  return { '5m': [{ view: names.rollup5mView }], '1h': [{ view: names.rollup1hView }] };
}

const identity = columnsMerged('bin', 'identity')
  .map(({ kusto }) => kusto)
  .join(', ');

/** The datetime among the keys bounds what each cycle of the view has to join. */
export function rowsView(names: KustoNames): ViewObject {
  return view({
    name: names.rows,
    level: 'rows',
    on: 'table',
    source: names.raw,
    query: `${names.raw}\n| summarize take_any(*) by ${identity}`,
    lookback: LOOKBACK,
    docstring: 'Rows of otel-attribution, each once; those with Row = -1 head a part.',
    folder: names.base,
  });
}

export function rollups(names: KustoNames, generations = defaultGenerations(names)): ViewObject[] {
  return (['5m', '1h'] as const).map((level) => {
    const { view: name, cut } = generations[level].at(-1)!;
    const from = cut === undefined ? '' : `; ${cutText(cut)}`;
    return view({
      name,
      level,
      on: 'materialized-view',
      source: names.rows,
      query: rollupQuery(names, level),
      docstring: `Sums of otel-attribution in bins of ${level}${from}. Query the function ${names[`rollup${level}`]}() instead.`,
      folder: names.base,
    });
  });
}

/** The cut is kept in the description of the view: made with it in one command, it outlives an interrupted upgrade. */
const cutText = (cut: number): string => `windows from ${new Date(cut).toISOString().slice(0, 19)}Z`;

/** The cut that the description of a view states. */
export function cutOf(docstring: string): number | undefined {
  const text = /windows from (\d{4}-\d\d-\d\dT\d\d:00:00Z)/.exec(docstring)?.[1];
  return text === undefined ? undefined : Date.parse(text);
}

/** -inf where no trace was sampled: never the largest while there is a sampled one, and no null for `arg_max` to have an opinion on. */
export const sampledMax = 'SampledMax = iff(isempty(ExemplarTraceId) or isnull(Max), real(-inf), Max)';

/** Aggregates of the rules that are one function of the column itself. */
const functions = { widest: 'max', sum: 'sum', min: 'min', max: 'max' } as const;

function rollupQuery(names: KustoNames, level: '5m' | '1h'): string {
  const aggregates = (['widest', 'sum', 'min', 'max'] as const).flatMap((rule) =>
    columnsMerged(rule).map(({ kusto }) => `${kusto} = ${functions[rule]}(${kusto})`),
  );
  const exemplars = columnsMerged('exemplar').map(({ kusto }) => `arg_max(SampledMax, ${kusto})`);
  const bins = columnsMerged('bin').map(({ kusto }) => `${kusto} = bin(${kusto}, ${level})`);
  return [
    names.rows,
    `| where Row > ${HEADER_ROW}`,
    `| extend ${sampledMax}`,
    `| summarize ${[...aggregates, ...exemplars].join(', ')}`,
    `    by ${[...bins, ...keyColumns.map(({ name }) => name)].join(', ')}`,
  ].join('\n');
}

function view(of: {
  name: string;
  level: ViewObject['level'];
  on: 'table' | 'materialized-view';
  source: string;
  query: string;
  lookback?: string;
  docstring: string;
  folder: string;
}): ViewObject {
  const { name, level, on, source, query, lookback } = of;
  const properties = [
    ...(lookback === undefined ? [] : ['autoUpdateSchema=true', `lookback=${lookback}`]),
    `folder='${of.folder}'`,
    `docString='${of.docstring}'`,
  ];
  const create = (async: string, more: readonly string[]) =>
    `.create ${async}ifnotexists materialized-view with (${[...more, ...properties].join(', ')}) ${name} on ${on} ${source} {\n${query}\n}`;
  return {
    kind: 'materialized-view',
    name,
    commands: [create('', [])],
    backfillCommand: create('async ', ['backfill=true']),
    source,
    query,
    level,
    ...(lookback !== undefined && { lookback }),
  };
}
