import type { Column, Report } from '../report.ts';

export interface SourcesRow {
  readonly service: string;
  readonly instance: string;
  readonly package: string;
  readonly mapping: string;
  /** Ms since the Unix epoch. */
  readonly firstSealed: number;
  readonly lastSealed: number;
  readonly parts: number;
  readonly rows: number;
  /** Parts of this instance that should be in the store and are not. */
  readonly partsMissing: number;
  /** True when the instance sealed its final part. */
  readonly ended: boolean;
}

const columns: readonly Column[] = [
  { name: 'service', type: 'string', unit: '' },
  { name: 'instance', type: 'string', unit: '' },
  { name: 'package', type: 'string', unit: '' },
  { name: 'mapping', type: 'string', unit: '' },
  { name: 'firstSealed', type: 'time', unit: 'ms' },
  { name: 'lastSealed', type: 'time', unit: 'ms' },
  { name: 'parts', type: 'integer', unit: '{part}' },
  { name: 'rows', type: 'integer', unit: '{row}' },
  { name: 'partsMissing', type: 'integer', unit: '{part}' },
  { name: 'ended', type: 'boolean', unit: '' },
];

export const sources: Report = {
  name: 'sources',
  question: 'Who reports: services, instances, versions, mapping, gaps.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'limit'],
  since: '7d',
  limit: 200,
  columns,
  folder: new URL('.', import.meta.url),
};
