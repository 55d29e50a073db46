import type { Page, Query } from '../model.ts';
import { filters, measure, WHO } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const load =
  (limit: number): Query =>
  (scope) =>
    `${scope.report('load', { ...filters(scope), Measure: measure(scope), By: scope.variables.by, Limit: `${limit}` })}`;

const shares: Query = (scope) => `${load(8)(scope)}
| where kind != 'total' and isnotnull(share)
| project label = strcat(iff(target == '', '', strcat(target, ' · ')), event, ' ', unit), series = ${WHO}, share`;

const table: Query = (scope) => `${load(50)(scope)}
| where kind != 'total'`;

export const cost: Page = {
  key: 'cost',
  title: 'Cost of a feature',
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
        value: views.share,
      },
      query: shares,
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
      query: table,
    },
  ],
};
