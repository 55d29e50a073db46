/** What was observed, as rows beside those of applications. */
import type { Dictionary } from '../core/aggregate/dictionary.ts';
import type { SumTable } from '../core/aggregate/sum-table.ts';
import { canonicalAttributes } from '../core/attributes.ts';
import { limits } from '../core/limits.ts';
import { OBSERVER_SERVICE } from '../core/model.ts';

/** Where they go. */
export interface ObserverRows {
  readonly table: Pick<SumTable, 'merge' | 'windowSeconds'>;
  readonly dictionary: Pick<Dictionary, 'origin' | 'measure'>;
}

export interface ObservedMeasure {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** `count`: how many there were; shares are allowed, and 0 for what was counted elsewhere. Sizes of single ones are not known. */
export function addRow(
  { table, dictionary }: ObserverRows,
  window: number,
  by: { readonly service: string; readonly origin: string },
  { target, event, unit, attributes }: ObservedMeasure,
  value: number,
  count: number,
): void {
  const origin = dictionary.origin(OBSERVER_SERVICE, by.service, by.origin, '');
  const measure = dictionary.measure(target, event, unit, canonicalAttributes(attributes, limits));
  const samples = count > 0 ? 1 : 0;
  const [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  table.merge(window, origin, measure, { value, compensation: 0, count, samples, min, max, traceId: '' });
}
