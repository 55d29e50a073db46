import { NO_PLACE, type Page, type Query } from '../model.ts';
import { filters, WHO } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const LINES = 50;

/** All origins of the range: the slowest are often not the heaviest. */
const operations: Query = (scope) => `${scope.report('load', { ...filters(scope), By: "'origin'", Limit: '5000' })}
| where kind in ('key', 'unattributed') and isnotnull(mean)
| order by mean desc, target asc, event asc, keyService asc, key asc
| extend slowPlace = row_number(), label = strcat(${WHO}, ' → ', target)
| order by iff(exemplarTraceId == '', 1, 0) asc, max desc, slowPlace asc
| extend maxPlace = iff(exemplarTraceId == '', ${NO_PLACE}, row_number())
| where slowPlace <= ${LINES} or maxPlace <= ${LINES}`;

export const expensive: Page = {
  key: 'operations',
  title: 'Expensive operations',
  question: operations,
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
      part: { place: 'slowPlace', most: LINES },
    },
    {
      key: 'bars',
      title: 'Mean duration',
      width: 10,
      height: 12,
      visual: { kind: 'bars', label: views.label, value: views.mean },
      part: { place: 'slowPlace', most: 12 },
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
      part: { place: 'maxPlace', most: LINES },
    },
  ],
};
