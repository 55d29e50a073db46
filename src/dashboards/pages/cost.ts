import { NO_PLACE, type Page, type Query } from '../model.ts';
import { filters, measure, WHO } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const SERIES = 8;

/** A column of the stack has the heaviest as they are, and all others in one piece: it stands in the last of their lines. */
const load: Query = (scope) => {
  const values = { ...filters(scope), Measure: measure(scope), By: scope.variables.by, Limit: '50' };
  return `${scope.report('load', values)}
| where kind != 'total'
| serialize line = row_number()
| order by target asc, event asc, unit asc, line asc
| extend place = row_number(1, prev(target) != target or prev(event) != event or prev(unit) != unit)
| extend label = strcat(iff(target == '', '', strcat(target, ' · ')), event, ' ', unit),
    series = iff(kind == 'rest' or (kind == 'key' and place > ${SERIES}), '(rest)', ${WHO})
| as hint.materialized=true _lines
| lookup kind=leftouter (_lines
    | where isnotnull(share)
    | summarize together = sum(share), line = max(line) by label, series
    | project line, together) on line
| extend piecePlace = iff(isnull(together), ${NO_PLACE}, line)
| order by line asc`;
};

export const cost: Page = {
  key: 'cost',
  title: 'Cost of a feature',
  question: load,
  panels: [
    words(
      'Multiply a share by what the target costs: that is what the origin, tenant or feature costs there. **By** chooses what is compared (`attribute.<name>` for your own dimensions), **Measure** what is counted. Units are never added up.',
    ),
    {
      key: 'shares',
      title: 'Share of each target',
      description: 'One column per target, event and unit; each adds up to 100 %.',
      width: 24,
      height: 9,
      visual: {
        kind: 'stack',
        label: { ...views.label, title: 'Target' },
        series: { ...views.series, title: 'Who' },
        value: { ...views.share, column: 'together' },
      },
      part: { place: 'piecePlace', most: NO_PLACE - 1 },
    },
    {
      key: 'table',
      title: 'Load and share',
      width: 24,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          views.target,
          views.event,
          views.service,
          views.key,
          views.share,
          views.value,
          views.unit,
          views.perSecond,
          views.calls,
          views.callsPerSecond,
        ],
      },
      part: 'all',
    },
  ],
};
