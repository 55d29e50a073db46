import { clockTime } from '../format.ts';
import type { BindContext, Column, Report } from '../report.ts';
import { grainOf, parseDuration, stepEdges, usage } from '../time.ts';

export interface TrendRow {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** Start of the step, ms since the Unix epoch. */
  readonly step: number;
  readonly stepSeconds: number;
  readonly kind: 'key' | 'unattributed' | 'rest' | 'total';
  readonly keyService: string;
  readonly key: string;
  readonly value: number;
  readonly perSecond: number;
  readonly calls: number;
  readonly callsPerSecond: number;
}

const columns: readonly Column[] = [
  { name: 'target', type: 'string', unit: '' },
  { name: 'event', type: 'string', unit: '' },
  { name: 'unit', type: 'string', unit: '' },
  { name: 'step', type: 'time', unit: 'ms' },
  { name: 'stepSeconds', type: 'number', unit: 's' },
  { name: 'kind', type: 'string', unit: '' },
  { name: 'keyService', type: 'string', unit: '' },
  { name: 'key', type: 'string', unit: '' },
  { name: 'value', type: 'number', unit: 'row' },
  { name: 'perSecond', type: 'number', unit: 'row/s' },
  { name: 'calls', type: 'number', unit: '{call}' },
  { name: 'callsPerSecond', type: 'number', unit: '{call}/s' },
];

/** Widths people think in, in milliseconds. From five minutes on, each is a multiple of any window that Kusto takes. */
export const roundSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080].map(
  (minutes) => minutes * 60_000,
);
const STEPS_MAX = 2_000;

export const trend: Report = {
  name: 'trend',
  question: 'How load moved: the heaviest and the rest, step by step.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'by', 'limit', 'measure', 'step'],
  since: '1h',
  limit: 5,
  columns,
  folder: new URL('.', import.meta.url),
  async bind(context) {
    const { range, tz } = context;
    const stepMs = stepWidth(context);
    const edges = stepEdges(range.from, range.to, stepMs, tz);
    if (edges.length > STEPS_MAX)
      throw usage(`--step makes ${edges.length} steps, at most ${STEPS_MAX}: choose a wider one`);
    // The last step ends where the range does, or where the data do.
    const end = range.from + range.seconds * 1000;
    const seconds = edges.map((edge, i) => Math.max(((edges[i + 1] ?? end) - edge) / 1000, 0.001));
    return {
      values: { edges: { type: 'dynamic', value: edges }, stepSeconds: { type: 'dynamic', value: seconds } },
      // The first step begins with the range, wherever that is.
      grainMs: grainOf(edges.slice(1)),
      notes: await changes(context),
    };
  },
};

/** As asked, else about thirty steps; a multiple of the widest window, which cannot be divided. */
function stepWidth({ parameters, range }: BindContext): number {
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
async function changes({ source, range, tz, now }: BindContext): Promise<string[]> {
  const found = await source.changes(range);
  return found.map((change) => {
    const what = [
      ...(change.package === change.wasPackage ? [] : [`otel-attribution ${change.wasPackage} → ${change.package}`]),
      ...(change.mapping === change.wasMapping ? [] : [`mapping ${change.wasMapping} → ${change.mapping}`]),
    ];
    return `${clockTime(change.at, tz, now)} ${change.service}: ${what.join(', ')}`;
  });
}
