import type { Page, Query, View } from '../model.ts';
import { filters, measure, WHO } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const change: View = { column: 'change', title: 'Change', quantity: 'value' };

const compare =
  (limit: number): Query =>
  (scope) =>
    scope.report('compare', { ...filters(scope), Measure: measure(scope), By: scope.variables.by, Limit: `${limit}` });

/** Only one block: another has another unit, or another target. */
const bars: Query = (scope) => `let changes = materialize(${compare(10)(scope)});
let moved = changes | where kind == 'total' | extend moved = abs(change) | top 1 by moved desc | project target, event, unit;
changes
| where kind != 'total'
| join kind=inner moved on target, event, unit
| extend moved = abs(change)
| top 12 by moved desc
| project label = ${WHO}, change`;

const totals: Query = (scope) => `${compare(1)(scope)}
| where kind == 'total'
| extend moved = abs(change)
| top 50 by moved desc`;

const table: Query = (scope) => `${compare(20)(scope)}
| where kind != 'total'`;

const periods: readonly View[] = [
  { column: 'before', title: 'Before', quantity: 'value' },
  { column: 'after', title: 'After', quantity: 'value' },
  change,
  { column: 'relativeChange', title: 'Relative', quantity: 'share' },
];

export const changes: Page = {
  key: 'changes',
  title: 'What changed',
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
      query: bars,
    },
    {
      key: 'totals',
      title: 'Targets',
      width: 14,
      height: 10,
      visual: { kind: 'table', columns: [views.target, views.event, views.unit, ...periods] },
      query: totals,
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
      query: table,
    },
  ],
};
