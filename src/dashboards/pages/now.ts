import { NO_PLACE, type Page, type Query } from '../model.ts';
import { filters, WHO, zeroFilled } from '../scope.ts';
import { views } from '../views.ts';

const WORDS = `**Who loads what, from the spans of the services themselves.** *Origin*: the request, job or consumer that caused the work. *Target*: the shared resource that did it.
*Active*: operations under way at once, on average (calls per second × mean duration). *Share*: of the target's load. *(unattributed)*: load whose origin is not known; *(rest)*: what is beyond the lines shown.`;

/** One row: how far the books reach, who keeps them, and what they cannot explain. */
const state: Query = (scope) => `let reach = materialize(${scope.report('range')});
let sources = materialize(${scope.report('sources', { Limit: '100000' })});
let load = ${scope.report('load', { ...filters(scope), Limit: '1' })};
print through = toscalar(reach | project DataThrough),
  services = toscalar(reach | project Services),
  instances = toscalar(sources | summarize count_distinct(instance)),
  partsMissing = toscalar(sources | summarize by instance, partsMissing | summarize sum(partsMissing)),
  unattributed = toscalar(load | where kind == 'unattributed' | summarize max(share))
| extend age = iff(isnull(through), real(null), max_of((min_of(now(), ${scope.variables.to}) - through) / 1s, 0.0)),
  unattributed = coalesce(unattributed, 0.0)`;

const byTarget: Query = (scope) =>
  zeroFilled(
    `${scope.report('trend', { ...filters(scope), By: "'target'", Limit: '8' })}
| where kind != 'total'
| extend series = key`,
    'perSecond',
  );

/** Targets are not added up: the one with the most load is shown, and choosing a target shows that. */
const byOrigin: Query = (
  scope,
) => `let steps = materialize(${scope.report('trend', { ...filters(scope), By: "'origin'", Limit: '8' })});
let heaviest = toscalar(steps | where kind == 'total' | summarize total = sum(value) by target | top 1 by total desc | project target);
${zeroFilled(
  `steps
| where kind != 'total' and target == heaviest
| extend series = ${WHO}`,
  'perSecond',
)}`;

const BARS = 12;

/** A bar is an origin on a target, whatever the events: it stands in the first of their lines. */
const load: Query = (scope) => `${scope.report('load', { ...filters(scope), By: "'origin'", Limit: `${BARS}` })}
| where kind != 'total'
| serialize line = row_number()
| as hint.materialized=true _lines
| lookup kind=leftouter (_lines
    | where kind == 'key'
    | summarize together = sum(perSecond), line = min(line) by target, keyService, key
    | top ${BARS} by together desc
    | extend barPlace = row_number()
    | project line, together, barPlace) on line
| extend barPlace = coalesce(barPlace, ${NO_PLACE}), label = strcat(keyService, ' ', key, ' → ', target)
| order by line asc`;

export const now: Page = {
  key: 'now',
  title: 'Who loads what now',
  question: load,
  panels: [
    { key: 'words', title: '', width: 24, height: 3, visual: { kind: 'text', markdown: WORDS } },
    {
      key: 'state',
      title: 'State of the books',
      width: 24,
      height: 4,
      visual: {
        kind: 'stats',
        values: [
          { column: 'age', title: 'Data age', quantity: 'seconds', warn: 600, bad: 1800 },
          { column: 'through', title: 'Data through', quantity: 'time' },
          { column: 'services', title: 'Services reporting', quantity: 'count' },
          { column: 'instances', title: 'Instances', quantity: 'count' },
          { column: 'partsMissing', title: 'Parts missing', quantity: 'count', warn: 1, bad: 10 },
          { column: 'unattributed', title: 'Unattributed, worst target', quantity: 'share', warn: 0.1, bad: 0.3 },
        ],
      },
      query: state,
    },
    {
      key: 'by-target',
      title: 'Active operations by target',
      description: 'Average number of operations under way at once; the height is the load of all targets chosen.',
      width: 12,
      height: 8,
      visual: { kind: 'area', time: views.time, series: { ...views.series, title: 'Target' }, value: views.active },
      query: byTarget,
    },
    {
      key: 'by-origin',
      title: 'Active operations by origin, heaviest target',
      description: 'Of the target with the most load; choose a target to see another.',
      width: 12,
      height: 8,
      visual: { kind: 'area', time: views.time, series: { ...views.series, title: 'Origin' }, value: views.active },
      query: byOrigin,
    },
    {
      key: 'load',
      title: 'Load by origin, per target',
      description:
        'The heaviest origins of each target, what is not attributed, and the rest. Shares of one target and event add up to 100 %.',
      width: 16,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          views.target,
          views.event,
          views.service,
          views.origin,
          views.share,
          views.active,
          views.callsPerSecond,
          views.callsPerRequest,
          views.mean,
          views.max,
        ],
      },
      part: 'all',
    },
    {
      key: 'top',
      title: 'Top origins',
      width: 8,
      height: 12,
      visual: { kind: 'bars', label: views.label, value: { ...views.active, column: 'together' } },
      part: { place: 'barPlace', most: BARS },
    },
  ],
};
