import { type Columns, nullable, number, text } from '../columns.ts';

export type FlowRow = {
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
};

export const flowColumns: Columns<FlowRow> = {
  kind: text,
  originService: text,
  origin: text,
  event: text,
  unit: text,
  target: text,
  share: nullable(number('1')),
  value: number('row'),
  perSecond: number('row/s'),
  calls: number('{call}'),
};
