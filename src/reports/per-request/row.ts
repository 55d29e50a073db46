import { type Columns, nullable, number, text } from '../columns.ts';

export type PerRequestRow = {
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
};

export const perRequestColumns: Columns<PerRequestRow> = {
  originService: text,
  origin: text,
  target: text,
  event: text,
  unit: text,
  requests: number('{request}'),
  callsPerRequest: number('{call}/{request}'),
  valuePerRequest: number('row/{request}'),
  mean: nullable(number('row')),
  max: nullable(number('row')),
  calls: number('{call}'),
  value: number('row'),
  exemplarTraceId: text,
};
