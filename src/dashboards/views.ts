/** Columns that several panels show, each with the one name that it has everywhere. */
import type { View } from './model.ts';

const view = (
  column: string,
  title: string,
  quantity: View['quantity'],
  limits: Pick<View, 'warn' | 'bad'> = {},
): View => ({
  column,
  title,
  quantity,
  ...limits,
});

export const views = {
  target: view('target', 'Target', 'text'),
  event: view('event', 'Event', 'text'),
  unit: view('unit', 'Unit', 'text'),
  service: view('keyService', 'Service', 'text'),
  /** What is grouped by, where the reader chooses it. */
  key: view('key', 'Who', 'text'),
  origin: view('key', 'Origin', 'text'),
  share: view('share', 'Share', 'share'),
  active: view('perSecond', 'Active', 'active'),
  perSecond: view('perSecond', 'Per second', 'value'),
  value: view('value', 'Value', 'value'),
  calls: view('calls', 'Calls', 'count'),
  callsPerSecond: view('callsPerSecond', 'Calls/s', 'rate'),
  callsPerRequest: view('callsPerRequest', 'Calls/request', 'count', { warn: 10, bad: 30 }),
  mean: view('mean', 'Mean', 'seconds'),
  max: view('max', 'Max', 'seconds'),
  trace: view('exemplarTraceId', 'Trace of the largest', 'text'),
  /** Columns that a panel's own query makes. */
  label: view('label', 'Who', 'text'),
  time: view('step', 'Time', 'time'),
  series: view('series', 'Series', 'text'),
} as const satisfies Record<string, View>;
