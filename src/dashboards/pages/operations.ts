import type { Page, Query } from '../model.ts';
import { filters, WHO } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

/** All origins of the range: the slowest are often not the heaviest. */
const operations: Query = (scope) => `${scope.report('load', { ...filters(scope), By: "'origin'", Limit: '5000' })}
| where kind in ('key', 'unattributed') and isnotnull(mean)`;

const slowest: Query = (scope) => `${operations(scope)}
| top 50 by mean desc`;

const largest: Query = (scope) => `${operations(scope)}
| where exemplarTraceId != ''
| top 50 by max desc`;

const bars: Query = (scope) => `${operations(scope)}
| top 12 by mean desc
| project label = strcat(${WHO}, ' → ', target), mean`;

export const expensive: Page = {
  key: 'operations',
  title: 'Expensive operations',
  panels: [
    words(
      'Where one operation is expensive, however rare it is. *Max* is the largest single duration in the range; its trace id opens in your tracing tool when the trace was sampled there.',
    ),
    {
      key: 'slowest',
      title: 'Slowest on average',
      width: 14,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          views.service,
          views.origin,
          views.target,
          views.event,
          views.mean,
          views.max,
          views.callsPerSecond,
          views.active,
        ],
      },
      query: slowest,
    },
    {
      key: 'bars',
      title: 'Mean duration',
      width: 10,
      height: 12,
      visual: { kind: 'bars', label: views.label, value: views.mean },
      query: bars,
    },
    {
      key: 'largest',
      title: 'Largest single operations',
      description: 'Only those of which a trace was sampled.',
      width: 24,
      height: 10,
      visual: {
        kind: 'table',
        columns: [
          views.max,
          views.mean,
          views.service,
          views.origin,
          views.target,
          views.event,
          views.calls,
          views.trace,
        ],
      },
      query: largest,
    },
  ],
};
