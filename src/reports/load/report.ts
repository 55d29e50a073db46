import { byOrigin, parseBy } from '../by.ts';
import type { ReportParameters } from '../parameters.ts';
import type { Report } from '../report.ts';
import { grainOf, usage } from '../time.ts';
import { loadPrelude } from './prelude.ts';
import { type LoadRow, loadColumns } from './row.ts';
import { loadPage } from './table.ts';

export interface LoadParameters extends ReportParameters {
  readonly at?: string;
}

export const load: Report<LoadRow, LoadParameters> = {
  name: 'load',
  question: 'Who loads what: share, average active, calls per second and per request, mean.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'by', 'limit', 'measure'],
  own: { at: { value: 'moment', help: 'peak: the heaviest window of each target', choices: ['peak'] } },
  since: '15m',
  limit: 10,
  columns: loadColumns,
  folder: new URL('.', import.meta.url),
  bind({ parameters, range }) {
    if (parameters.at !== undefined && parameters.at !== 'peak') {
      throw usage(`--at is ${JSON.stringify(parameters.at)}: expected peak`);
    }
    const peak = parameters.at === 'peak';
    const [key, ...further] = parameters.by === undefined ? byOrigin : parseBy(parameters.by);
    return {
      values: {
        peak: { type: 'bool', value: peak },
        bucket: { type: 'timespan', value: range.windowMs },
        coveredTimes: { type: 'dynamic', value: peak ? range.covered.flatMap(({ from, to }) => [from, to]) : [] },
        byOrigin: { type: 'bool', value: key.kind === 'origin' && further.length === 0 },
      },
      ...(peak && { grainMs: grainOf([range.windowMs]) }),
    };
  },
  prelude: loadPrelude,
  table: (result, { now }) => loadPage(result.rows, { ...result, now }),
};
