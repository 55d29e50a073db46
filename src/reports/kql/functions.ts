/** The reports as stored functions, for people who query the database and for dashboards. Their body is that of query.kql. */
import { OBSERVER_SERVICE } from '../../core/model.ts';
import type { KustoColumn, KustoNames, KustoType } from '../../kusto/names.ts';
import type { FunctionParameter, StoredFunctionDefinition } from '../../kusto/stored-function.ts';
import { type ColumnType, columnsOf } from '../columns.ts';
import type { ParameterName } from '../parameters.ts';
import { queryText } from '../query-text.ts';
import type { Report } from '../report.ts';
import { BY_ARGUMENT, BY_LETS, groupedByOrigin } from './grouping.ts';
import { MEASURE_ARGUMENT, REQUESTS } from './measure.ts';
import { RANGE } from './range-texts.ts';
import { fill, nameTexts } from './texts.ts';

/** One per report, and `<base>Range`, which says what a range comes to: every answer names its range and until when there is data. */
export function reportFunctions(names: KustoNames, reports: readonly Report[]): StoredFunctionDefinition[] {
  return [rangeFunction(names), ...reports.map((report) => reportFunction(names, report))];
}

const types: Readonly<Record<ColumnType, KustoType>> = {
  string: 'string',
  number: 'real',
  integer: 'long',
  time: 'datetime',
  boolean: 'bool',
};

/** Columns of a report's answer in Kusto. */
export const kustoColumns = (report: Report): KustoColumn[] =>
  columnsOf(report.columns).map(({ name, type }) => ({ name, type: types[type] }));

const period: readonly FunctionParameter[] = [
  { name: 'From', type: 'datetime' },
  { name: 'To', type: 'datetime' },
];
const list = (name: string): FunctionParameter => ({ name, type: 'dynamic', default: 'dynamic([])' });

function rangeFunction(names: KustoNames): StoredFunctionDefinition {
  return {
    name: names.report('range'),
    docstring:
      'What the reports make of a range: cut to where there is data, grown to whole windows; the seconds of it that are covered, which rates are divided by, those asked for, and until when there is data. What arrives late for an hour before Settled shows once the view has taken it up, some minutes later.',
    parameters: period,
    columns: [
      ...period,
      { name: 'Seconds', type: 'real' },
      { name: 'WindowSeconds', type: 'long' },
      { name: 'DataThrough', type: 'datetime' },
      { name: 'Services', type: 'long' },
      { name: 'AskedSeconds', type: 'real' },
      { name: 'Settled', type: 'datetime' },
    ],
    body: fill(
      `let _asOf = datetime(null);
${RANGE}let _shownFrom = toscalar(_rangeCovered | where End > _from and Begin < _end | summarize max_of(min(Begin), _from));
let _shownTo = coalesce(toscalar(_rangeCovered | where End > _from and Begin < _end | summarize min_of(max(End), _end)), _end);
print From = iff(_shownFrom < _from + _window, _shownFrom, _from), To = _shownTo, Seconds = _seconds, WindowSeconds = tolong(_window / 1s), DataThrough = _shownTo,
    Services = toscalar({{sums}}(_from, _to, 1h, datetime(null), _settled) | where Service != '${OBSERVER_SERVICE}' | distinct Service | count),
    AskedSeconds = max_of((To - From) / 1s, 0.0), Settled = _settled
| where _rangeHasData`,
      nameTexts(names),
    ),
  };
}

function reportFunction(names: KustoNames, report: Report): StoredFunctionDefinition {
  const takes = (name: ParameterName): boolean => report.parameters.includes(name);
  const { prelude } = report;
  const parameters: FunctionParameter[] = [
    ...period,
    ...(takes('where') ? [list('Services'), list('Targets'), list('Origins')] : []),
    ...(takes('measure') ? [{ name: 'Measure', type: 'string', default: "''" } as const] : []),
    { name: 'Limit', type: 'long', default: `${report.limit}` },
    ...(takes('by') ? [{ name: 'By', type: 'string', default: "'origin'" } as const] : []),
    ...(prelude?.parameters ?? []),
    { name: 'AsOf', type: 'datetime', default: 'datetime(null)' },
  ];
  const body = [
    'let _asOf = AsOf;\n',
    RANGE,
    'let _limit = Limit;\n',
    takes('where') ? FILTERS : '',
    takes('by') ? BY_LETS : '',
    prelude?.lets ?? '',
    `let _grain = ${prelude?.grain ?? '1h'};\n`,
    queryText(report.folder, 'kql'),
  ].join('');
  return {
    name: names.report(report.name),
    docstring: report.question,
    parameters,
    columns: kustoColumns(report),
    body: fill(body, {
      ...nameTexts(names),
      ...(takes('by') ? BY_ARGUMENT : groupedByOrigin),
      where:
        ' and (_anyService or Service in (Services)) and (_anyTarget or Target in (Targets)) and (_anyOrigin or Origin in (Origins))',
      measure: MEASURE_ARGUMENT,
      requests: REQUESTS,
    }),
  };
}

/** An empty list is no restriction, nor is null: what a dashboard sends for "all". */
const FILTERS = `let _anyService = coalesce(array_length(Services), 0) == 0;
let _anyTarget = coalesce(array_length(Targets), 0) == 0;
let _anyOrigin = coalesce(array_length(Origins), 0) == 0;
`;
