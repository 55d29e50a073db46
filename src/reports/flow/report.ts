import type { Column, Report } from '../report.ts';

export interface FlowRow {
  readonly kind: 'key' | 'unattributed' | 'rest' | 'total';
  readonly originService: string;
  readonly origin: string;
  readonly event: string;
  readonly unit: string;
  readonly target: string;
  readonly share: number | null;
  readonly value: number;
  readonly perSecond: number;
  readonly calls: number;
}

const columns: readonly Column[] = [
  { name: 'kind', type: 'string', unit: '' },
  { name: 'originService', type: 'string', unit: '' },
  { name: 'origin', type: 'string', unit: '' },
  { name: 'event', type: 'string', unit: '' },
  { name: 'unit', type: 'string', unit: '' },
  { name: 'target', type: 'string', unit: '' },
  { name: 'share', type: 'number', unit: '1', nullable: true },
  { name: 'value', type: 'number', unit: 'row' },
  { name: 'perSecond', type: 'number', unit: 'row/s' },
  { name: 'calls', type: 'number', unit: '{call}' },
];

export const flow: Report = {
  name: 'flow',
  question: 'Which origin reaches which target: the edges of one measure.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit', 'measure'],
  since: '1h',
  limit: 30,
  columns,
  folder: new URL('.', import.meta.url),
};
