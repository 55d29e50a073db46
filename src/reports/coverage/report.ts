import type { Column, Report } from '../report.ts';

export interface CoverageRow {
  /**
   * `attributed`: load with an origin, per target and event. `account`: what the engine counted about itself, by reason.
   * `spans`: seen, and not explained by an account. `rows`: rows of a part that are not in the store. `gap`: parts missing from an
   * instance's sequence. `no-final`: instances that went quiet without a final part (killed, or idle). `silent`: services that
   * reported in the week before the range and not in it.
   */
  readonly check: 'attributed' | 'account' | 'spans' | 'rows' | 'gap' | 'no-final' | 'silent';
  readonly subject: string;
  readonly reason: string;
  readonly value: number;
  readonly unit: string;
  readonly share: number | null;
  readonly ok: boolean | null;
}

const columns: readonly Column[] = [
  { name: 'check', type: 'string', unit: '' },
  { name: 'subject', type: 'string', unit: '' },
  { name: 'reason', type: 'string', unit: '' },
  { name: 'value', type: 'number', unit: 'row' },
  { name: 'unit', type: 'string', unit: '' },
  { name: 'share', type: 'number', unit: '1', nullable: true },
  { name: 'ok', type: 'boolean', unit: '', nullable: true },
];

export const coverage: Report = {
  name: 'coverage',
  question:
    'What is missing from the books: unattributed load, refusals by reason, gaps, killed instances, silent services.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit', 'measure'],
  since: '1h',
  limit: 200,
  columns,
  folder: new URL('.', import.meta.url),
};
