import type { Page, Query, View } from '../model.ts';
import { filters, measure, zeroFilled } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

/** One line per target, event and unit: lines of different units stand beside each other, never on top. */
const trend =
  (value: string): Query =>
  (scope) =>
    zeroFilled(
      `${scope.report('trend', { ...filters(scope), Measure: measure(scope), By: "'origin'", Limit: '1' })}
| where kind == 'total'
| extend series = strcat(target, ' · ', event, ' ', unit)`,
      value,
    );

/** The heaviest window of each target, who was first in it, and how far above the average it was. */
const peaks: Query = (scope) => {
  const values = { ...filters(scope), Measure: measure(scope), By: "'origin'", Limit: '1' };
  return `let peaks = materialize(${scope.report('load', { ...values, Peak: 'true' })});
let averages = ${scope.report('load', values)} | where kind == 'total' | project target, event, unit, average = perSecond;
let leader = peaks | where kind == 'key' | project target, event, unit, keyService, key, share;
peaks
| where kind == 'total'
| project target, event, unit, peakAt, peak = perSecond
| join kind=inner averages on target, event, unit
| join kind=leftouter leader on target, event, unit
| extend ratio = iff(average > 0, peak / average, real(null))
| top 100 by peak desc`;
};

const perSecond: View = { ...views.perSecond, title: 'Per second' };

export const capacity: Page = {
  key: 'capacity',
  title: 'Capacity and trend',
  panels: [
    words(
      'How load grows, and how high its peaks are: choose a range of days or weeks. Durations per second are operations under way at once, so compare them with pool sizes and connection limits.',
    ),
    {
      key: 'trend',
      title: 'Load per second, by target',
      description: 'Each line in its own unit; durations are operations under way at once.',
      width: 24,
      height: 9,
      visual: { kind: 'lines', time: views.time, series: { ...views.series, title: 'Target' }, value: perSecond },
      query: trend('perSecond'),
    },
    {
      key: 'calls',
      title: 'Calls per second, by target',
      width: 24,
      height: 8,
      visual: {
        kind: 'lines',
        time: views.time,
        series: { ...views.series, title: 'Target' },
        value: views.callsPerSecond,
      },
      query: trend('callsPerSecond'),
    },
    {
      key: 'peaks',
      title: 'Peaks',
      description: 'The heaviest window of each target, against its average in the range, and who was first in it.',
      width: 24,
      height: 10,
      visual: {
        kind: 'table',
        columns: [
          views.target,
          views.event,
          views.unit,
          { column: 'peakAt', title: 'Peak at', quantity: 'time' },
          { column: 'peak', title: 'Peak/s', quantity: 'value' },
          { column: 'average', title: 'Average/s', quantity: 'value' },
          { column: 'ratio', title: 'Peak/average', quantity: 'value' },
          views.service,
          { ...views.origin, title: 'First at the peak' },
          { ...views.share, title: 'Share of the peak' },
        ],
      },
      query: peaks,
    },
  ],
};
