import type { Column, Report } from '../report.ts';

export interface PerRequestRow {
  readonly originService: string;
  readonly origin: string;
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly requests: number;
  readonly callsPerRequest: number;
  readonly valuePerRequest: number;
  readonly mean: number | null;
  readonly max: number | null;
  readonly calls: number;
  readonly value: number;
  readonly exemplarTraceId: string;
}

const columns: readonly Column[] = [
  { name: 'originService', type: 'string', unit: '' },
  { name: 'origin', type: 'string', unit: '' },
  { name: 'target', type: 'string', unit: '' },
  { name: 'event', type: 'string', unit: '' },
  { name: 'unit', type: 'string', unit: '' },
  { name: 'requests', type: 'number', unit: '{request}' },
  { name: 'callsPerRequest', type: 'number', unit: '{call}/{request}' },
  { name: 'valuePerRequest', type: 'number', unit: 'row/{request}' },
  { name: 'mean', type: 'number', unit: 'row', nullable: true },
  { name: 'max', type: 'number', unit: 'row', nullable: true },
  { name: 'calls', type: 'number', unit: '{call}' },
  { name: 'value', type: 'number', unit: 'row' },
  { name: 'exemplarTraceId', type: 'string', unit: '' },
];

export const perRequest: Report = {
  name: 'per-request',
  question: 'What one request of an origin causes, calls per request first (finds N+1).',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit', 'measure'],
  since: '1h',
  limit: 20,
  columns,
  folder: new URL('.', import.meta.url),
};
