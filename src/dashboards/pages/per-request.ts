import type { Page, Query, View } from '../model.ts';
import { filters } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const origin: readonly View[] = [
  { column: 'originService', title: 'Service', quantity: 'text' },
  { column: 'origin', title: 'Origin', quantity: 'text' },
];
const secondsPerRequest: View = { column: 'valuePerRequest', title: 'Time/request', quantity: 'seconds' };

const LABEL = "strcat(originService, ' ', origin, ' → ', target)";

const report: Query = (scope) => scope.report('per-request', { ...filters(scope), Limit: '200' });

const bars: Query = (scope) => `${report(scope)}
| top 12 by callsPerRequest desc
| project label = ${LABEL}, callsPerRequest`;

const time: Query = (scope) => `${scope.report('per-request', { ...filters(scope), Limit: '5000' })}
| top 12 by valuePerRequest desc
| project label = ${LABEL}, valuePerRequest`;

export const perRequest: Page = {
  key: 'per-request',
  title: 'Load per request',
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
      query: bars,
    },
    {
      key: 'time',
      title: 'Time of a target per request',
      width: 12,
      height: 10,
      visual: { kind: 'bars', label: views.label, value: secondsPerRequest },
      query: time,
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
      query: report,
    },
  ],
};
