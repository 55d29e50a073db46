/** The reports as stored functions, for people who query the database and for dashboards. Their body is that of query.kql. */
import { UNATTRIBUTED } from '../../core/model.ts';
import type { KustoColumn, KustoNames, KustoType } from '../../kusto/names.ts';
import type { FunctionParameter, StoredFunctionDefinition } from '../../kusto/stored-function.ts';
import { allReports } from '../all.ts';
import { NONE } from '../by.ts';
import type { Column, Report } from '../report.ts';
import { roundSteps } from '../trend/report.ts';
import { BOOKS, ceiling, edgesText } from './range-texts.ts';
import { bodyOf } from './source.ts';
import { fill, type Grouping, nameTexts, REQUESTS } from './texts.ts';

/** One per report, and `<base>Range`, which says what a range comes to: every answer names its range and until when there is data. */
export function reportFunctions(names: KustoNames): StoredFunctionDefinition[] {
  return [rangeFunction(names), ...allReports.map((report) => reportFunction(names, report))];
}

const types: Readonly<Record<Column['type'], KustoType>> = {
  string: 'string',
  number: 'real',
  integer: 'long',
  time: 'datetime',
  boolean: 'bool',
};

/** Columns of a report's answer in Kusto. */
export const kustoColumns = (report: Report): KustoColumn[] =>
  report.columns.map(({ name, type }) => ({ name, type: types[type] }));

const period: readonly FunctionParameter[] = [
  { name: 'From', type: 'datetime' },
  { name: 'To', type: 'datetime' },
];
const list = (name: string): FunctionParameter => ({ name, type: 'dynamic', default: 'dynamic([])' });

function rangeFunction(names: KustoNames): StoredFunctionDefinition {
  return {
    name: names.report('range'),
    docstring:
      'What the reports make of a range: cut to where there is data, grown to whole windows; the seconds that rates are divided by, and until when there is data.',
    parameters: period,
    columns: [
      ...period,
      { name: 'Seconds', type: 'real' },
      { name: 'WindowSeconds', type: 'long' },
      { name: 'DataThrough', type: 'datetime' },
      { name: 'Services', type: 'long' },
    ],
    body: fill(
      `let _wanted = From;
${RANGE}print From = _from, To = _to, Seconds = _seconds, WindowSeconds = tolong(_window / 1s), DataThrough = min_of(_through, _to),
    Services = toscalar({{sums}}(_from, _to, 1h, datetime(null)) | distinct Service | count)
| where isnotnull(_firstHour)`,
      nameTexts(names),
    ),
  };
}

function reportFunction(names: KustoNames, report: Report): StoredFunctionDefinition {
  const takes = (name: Report['parameters'][number]): boolean => report.parameters.includes(name);
  const own = ownParts[report.name];
  const parameters: FunctionParameter[] = [
    ...period,
    ...(takes('where') ? [list('Services'), list('Targets'), list('Origins')] : []),
    ...(takes('measure') ? [{ name: 'Measure', type: 'string', default: "''" } as const] : []),
    { name: 'Limit', type: 'long', default: `${report.limit}` },
    ...(takes('by') ? [{ name: 'By', type: 'string', default: "'origin'" } as const] : []),
    ...(own?.parameters ?? []),
    { name: 'AsOf', type: 'datetime', default: 'datetime(null)' },
  ];
  const body = [
    `let _wanted = ${own?.wanted ?? 'From'};\n`,
    RANGE,
    'let _limit = Limit;\nlet _asOf = AsOf;\n',
    takes('where') ? FILTERS : '',
    own?.lets ?? '',
    report.name === 'load' || report.name === 'trend' ? '' : 'let _grain = 1h;\n',
    bodyOf(report),
  ].join('');
  return {
    name: names.report(report.name),
    docstring: report.question,
    parameters,
    columns: kustoColumns(report),
    body: fill(body, {
      ...nameTexts(names),
      ...(takes('by') ? grouping : groupedByOrigin),
      where:
        ' and (_anyService or Service in (Services)) and (_anyTarget or Target in (Targets)) and (_anyOrigin or Origin in (Origins))',
      measure: MEASURE,
      requests: REQUESTS,
    }),
  };
}

/** `resolveRange` in KQL. In an empty store all are null but for those that were given, and nothing is found. */
const RANGE = `let _now = now();
${BOOKS}let _live = iff(_through >= _now - 3 * _width, _through, _now);
let _rangeEnd = min_of(To, coalesce(_live, To));
let _rangeBegin = min_of(max_of(From, coalesce(_first, From)), _rangeEnd);
${edgesText('_range')}let _from = min_of(coalesce(_rangeLow, _rangeBegin), bin(_rangeBegin, _width));
let _to = max_of(coalesce(_rangeHigh, _rangeEnd), ${ceiling('_rangeEnd', '_width')});
let _seconds = max_of((iff(_rangeEnd == _through, _rangeEnd, _to) - _from) / 1s, 0.001);
let _window = max_of(_rangeWidest, _width);
`;

/** An empty list is no restriction, nor is null: what a dashboard sends for "all". */
const FILTERS = `let _anyService = coalesce(array_length(Services), 0) == 0;
let _anyTarget = coalesce(array_length(Targets), 0) == 0;
let _anyOrigin = coalesce(array_length(Origins), 0) == 0;
`;

/** As `measureOf` in run.ts: without a measure durations of what services asked of others, or of the targets that are named. */
const MEASURE = `(isempty(Measure) or Event == Measure) and (isnotempty(Measure) or (Unit == 's' and Target != 'otel-attribution'
    and (not(_anyTarget) or Target !startswith_cs 'service://')))`;

const keyService = `iff(Origin == '${UNATTRIBUTED}', '', OriginService)`;
const groupedByOrigin: Grouping & Record<string, string> = {
  block: 'Target',
  keyService,
  key: 'Origin',
  nobody: `Key == '${UNATTRIBUTED}'`,
};

/** `By` is origin, target, service or attribute.<name>; the engine folds these when the call names one. */
const grouping: Grouping & Record<string, string> = {
  block: "iff(By == 'target', '', Target)",
  keyService: `iff(By == 'origin', ${keyService}, '')`,
  key: `case(By == 'origin', Origin, By == 'target', Target, By == 'service', Service,
        coalesce(tostring(parse_json(Attributes)[extract('(?s)^attributes?[.](.+)$', 1, By)]), '${NONE}'))`,
  nobody: `Key == case(By == 'origin', '${UNATTRIBUTED}', By in ('target', 'service'), '', '${NONE}') and By !in ('target', 'service')`,
};

interface OwnPart {
  readonly parameters: readonly FunctionParameter[];
  readonly lets: string;
  /** The earliest moment it looks at, or earlier. Default: `From`. */
  readonly wanted?: string;
}

const minutes = (ms: number): string => `${ms / 60_000}m`;
const roundStepCases = [
  ...roundSteps.map(
    (step) => `_wish <= ${minutes(step)} and bin(${minutes(step)}, _window) == ${minutes(step)}, ${minutes(step)}`,
  ),
  minutes(roundSteps.at(-1)!),
].join(',\n    ');

/** What a report computes from its own parameters in `bind`. */
const ownParts: Readonly<Record<string, OwnPart>> = {
  load: {
    parameters: [{ name: 'Peak', type: 'bool', default: 'false' }],
    lets: `let _peak = Peak;
let _bucket = _window;
let _byOrigin = By == 'origin';
let _grain = case(not(Peak), 1h, bin(_window, 1h) == _window, 1h, bin(_window, 5m) == _window, 5m, 0s);
`,
  },
  trend: {
    parameters: [{ name: 'Step', type: 'timespan', default: 'timespan(null)' }],
    lets: `// As asked, else about thirty round steps; whole windows, and at most 2,000 of them.
let _wish = max_of((_to - _from) / 30, _window);
let _step = max_of(coalesce(Step, case(${roundStepCases})), _window, (_to - _from) / 2000);
let _stepWidth = ${ceiling('_step', '_window')};
// Whole days begin with that of the range, smaller steps are aligned to 1970.
let _epoch = iff(bin(_stepWidth, 1d) == _stepWidth, bin(_from, 1d), datetime(1970-01-01));
let _starts = materialize(range Start from bin_at(_from, _stepWidth, _epoch) to _to - 1ms step _stepWidth
    | extend End = min_of(Start + _stepWidth, _from + _seconds * 1s), Start = max_of(Start, _from)
    | order by Start asc
    | extend Seconds = max_of((End - Start) / 1s, 0.001));
let _edges = toscalar(_starts | summarize make_list(tolong((Start - datetime(1970-01-01)) / 1ms)));
let _stepSeconds = toscalar(_starts | summarize make_list(Seconds));
let _grain = case(bin(_stepWidth, 1h) == _stepWidth, 1h, bin(_stepWidth, 5m) == _stepWidth, 5m, 0s);
`,
  },
  compare: {
    parameters: [
      { name: 'BaselineFrom', type: 'datetime', default: 'datetime(null)' },
      { name: 'BaselineTo', type: 'datetime', default: 'datetime(null)' },
    ],
    // Ranges grow to whole windows, by an hour at most at each end.
    wanted: 'min_of(From, coalesce(BaselineFrom, From - (To - From))) - 6h',
    lets: `// Without a baseline: as long, right before.
let _thenEnd = min_of(coalesce(BaselineTo, _from), _from);
let _thenBegin = min_of(max_of(coalesce(BaselineFrom, _from - (_to - _from)), coalesce(_first, _from)), _thenEnd);
${edgesText('_then')}let _thenFrom = min_of(coalesce(_thenLow, _thenBegin), bin(_thenBegin, _width), _from);
let _thenTo = min_of(max_of(coalesce(_thenHigh, _thenEnd), ${ceiling('_thenEnd', '_width')}), _from);
let _thenSeconds = max_of((_thenTo - _thenFrom) / 1s, 0.001);
`,
  },
};
