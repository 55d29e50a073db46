import type { Page, Query, View } from '../model.ts';
import { filters } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const origin: readonly View[] = [
  { column: 'originService', title: 'Service', quantity: 'text' },
  { column: 'origin', title: 'Origin', quantity: 'text' },
];
const secondsPerRequest: View = { column: 'valuePerRequest', title: 'Time/request', quantity: 'seconds' };

const LINES = 200;
const BARS = 12;

/** In the order of the report: calls per request first. */
const report: Query = (scope) => `${scope.report('per-request', { ...filters(scope), Limit: '5000' })}
| order by callsPerRequest desc, value desc, originService asc, origin asc, target asc, event asc, unit asc
| extend callsPlace = row_number(), label = strcat(originService, ' ', origin, ' → ', target)
| order by valuePerRequest desc, callsPlace asc
| extend timePlace = row_number()
| where callsPlace <= ${LINES} or timePlace <= ${BARS}`;

export const perRequest: Page = {
  key: 'per-request',
  title: 'Load per request',
  question: report,
  panels: [
    words(
      'What one request of an origin causes downstream. Dozens of calls per request to one target are an **N+1**: a query in a loop. Jobs have no requests and are not on this page.',
    ),
    {
      key: 'calls',
      title: 'Calls per request',
      width: 12,
      height: 10,
      visual: { kind: 'bars', label: views.label, value: views.callsPerRequest },
      part: { place: 'callsPlace', most: BARS },
    },
    {
      key: 'time',
      title: 'Time of a target per request',
      width: 12,
      height: 10,
      visual: { kind: 'bars', label: views.label, value: secondsPerRequest },
      part: { place: 'timePlace', most: BARS },
    },
    {
      key: 'table',
      title: 'Per request',
      width: 24,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          ...origin,
          views.target,
          views.event,
          { column: 'requests', title: 'Requests', quantity: 'count' },
          views.callsPerRequest,
          secondsPerRequest,
          views.mean,
          views.max,
          views.trace,
        ],
      },
      part: { place: 'callsPlace', most: LINES },
    },
  ],
};
