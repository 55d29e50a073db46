import { NO_PLACE, type Page, type Query, type View } from '../model.ts';
import { filters, measure, WHO } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const change: View = { column: 'change', title: 'Change', quantity: 'value' };

const BARS = 12;
const TARGETS = 50;

/** The bars are of one block, the one that moved most: another has another unit, or another target. */
const compare: Query = (scope) => {
  const values = { ...filters(scope), Measure: measure(scope), By: scope.variables.by, Limit: '20' };
  return `${scope.report('compare', values)}
| serialize line = row_number()
| extend moved = abs(change)
| as hint.materialized=true _lines
| lookup kind=leftouter (_lines
    | where kind == 'total'
    | top ${TARGETS} by moved desc
    | extend targetPlace = row_number()
    | project line, targetPlace) on line
| lookup kind=leftouter (_lines
    | where kind != 'total'
    | join kind=inner (_lines | where kind == 'total' | top 1 by moved desc | project target, event, unit) on target, event, unit
    | top ${BARS} by moved desc
    | extend barPlace = row_number()
    | project line, barPlace) on line
| extend targetPlace = coalesce(targetPlace, ${NO_PLACE}), barPlace = coalesce(barPlace, ${NO_PLACE}),
    linePlace = iff(kind == 'total', ${NO_PLACE}, line), label = ${WHO}
| order by line asc`;
};

const periods: readonly View[] = [
  { column: 'before', title: 'Before', quantity: 'value' },
  { column: 'after', title: 'After', quantity: 'value' },
  change,
  { column: 'relativeChange', title: 'Relative', quantity: 'share' },
];

export const changes: Page = {
  key: 'changes',
  title: 'What changed',
  question: compare,
  panels: [
    words(
      'The chosen range against the period of the same length right before it, both per second (durations: operations under way at once). *Contribution*: part of the change of its target; those of a target add up to 100 %.',
    ),
    {
      key: 'bars',
      title: 'Change of what moved most',
      description: 'Of the one target and event whose load changed most, per second in its own unit.',
      width: 10,
      height: 10,
      visual: { kind: 'bars', label: views.label, value: change },
      part: { place: 'barPlace', most: BARS },
    },
    {
      key: 'totals',
      title: 'Targets',
      width: 14,
      height: 10,
      visual: { kind: 'table', columns: [views.target, views.event, views.unit, ...periods] },
      part: { place: 'targetPlace', most: TARGETS },
    },
    {
      key: 'table',
      title: 'Who contributed what',
      width: 24,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          views.target,
          views.event,
          views.service,
          views.key,
          { column: 'status', title: 'Status', quantity: 'text' },
          ...periods,
          views.unit,
          { column: 'contribution', title: 'Contribution', quantity: 'share' },
          { column: 'callsBefore', title: 'Calls/s before', quantity: 'rate' },
          { column: 'callsAfter', title: 'Calls/s after', quantity: 'rate' },
        ],
      },
      part: { place: 'linePlace', most: NO_PLACE - 1 },
    },
  ],
};
