import { coveredSeconds, isPartial } from '../covered.ts';
import { clockTime } from '../format.ts';
import type { ReportParameters } from '../parameters.ts';
import type { BindContext, Report } from '../report.ts';
import { grainOf, parseDuration, stepsOf, usage } from '../time.ts';
import { trendPrelude } from './prelude.ts';
import { type TrendRow, trendColumns } from './row.ts';
import { roundSteps, STEPS_MAX } from './steps.ts';
import { trendTable } from './table.ts';

export interface TrendParameters extends ReportParameters {
  readonly step?: string;
}

export const trend: Report<TrendRow, TrendParameters> = {
  name: 'trend',
  question: 'How load moved: the heaviest and the rest, step by step.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'by', 'limit', 'measure'],
  own: { step: { value: 'duration', help: 'width of a step (default: about 30 in the range)' } },
  since: '1h',
  limit: 5,
  columns: trendColumns,
  folder: new URL('.', import.meta.url),
  async bind(context) {
    const { range, tz } = context;
    const stepMs = stepWidth(context);
    const steps = stepsOf(range.from, range.to, stepMs, tz);
    const edges = steps.map(({ from }) => Math.max(from, range.from));
    if (edges.length > STEPS_MAX)
      throw usage(`--step makes ${edges.length} steps, at most ${STEPS_MAX}: choose a wider one`);
    // The last step ends where the data do.
    const seconds = steps.map(({ to }, i) =>
      coveredSeconds(range.covered, { from: edges[i]!, to: Math.max(Math.min(to, range.end), edges[i]!) }),
    );
    const partial = steps.map(({ from, to }, i) => isPartial(seconds[i]!, (to - from) / 1000));
    return {
      values: {
        edges: { type: 'dynamic', value: edges },
        stepSeconds: { type: 'dynamic', value: seconds },
        stepPartial: { type: 'dynamic', value: partial.map(Number) },
      },
      // The first step begins with the range, wherever that is.
      grainMs: grainOf(edges.slice(1)),
      notes: await changes(context),
    };
  },
  prelude: trendPrelude,
  table: trendTable,
};

/** As asked, else about thirty steps; a multiple of the widest window, which cannot be divided. */
function stepWidth({ parameters, range }: BindContext<TrendParameters>): number {
  if (parameters.step === undefined) {
    const wish = Math.max((range.to - range.from) / 30, range.windowMs);
    return roundSteps.find((step) => step >= wish && step % range.windowMs === 0) ?? roundSteps.at(-1)!;
  }
  const step = parseDuration(parameters.step, '--step');
  if (step % range.windowMs !== 0) {
    throw usage(
      `--step is ${parameters.step}: expected a multiple of the window, ${range.windowMs / 1000} s in this range`,
    );
  }
  return step;
}

/** Deploys and changes of the mapping explain many a step. */
async function changes({ source, range, tz, now }: BindContext<TrendParameters>): Promise<string[]> {
  const found = await source.changes(range);
  return found.map((change) => {
    const what = [
      ...(change.package === change.wasPackage ? [] : [`otel-attribution ${change.wasPackage} → ${change.package}`]),
      ...(change.mapping === change.wasMapping ? [] : [`mapping ${change.wasMapping} → ${change.mapping}`]),
    ];
    return `${clockTime(change.at, tz, now)} ${change.service}: ${what.join(', ')}`;
  });
}
