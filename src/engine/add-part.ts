/** The rows of a part of another engine, added to the table of this one. */
import type { Dictionary } from '../core/aggregate/dictionary.ts';
import type { SumTable } from '../core/aggregate/sum-table.ts';
import { ACCOUNTS_TARGET } from '../core/model.ts';
import type { PartColumns } from '../core/part-columns.ts';
import type { Row } from '../core/row.ts';
import { windowOf } from '../core/windows.ts';
import { rowAt } from '../parts/part-codec.ts';

export interface PartSink {
  readonly dictionary: Dictionary;
  readonly table: SumTable;
  readonly windowSeconds: number;
}

/** Exact but for the rounding of each sum to one double, where it holds compensation. */
export function addPartRows(columns: PartColumns, { dictionary, table, windowSeconds }: PartSink): void {
  for (let i = 0; i < columns.n; i++) {
    const row = rowAt(columns, i);
    if (isAboutParts(row)) continue;
    const { value, count, samples, exemplarTraceId } = row;
    table.merge(
      windowOf(row.windowStart, windowSeconds),
      dictionary.origin(row.service, row.originService, row.origin, row.attributes),
      dictionary.measure(row.target, row.event, row.unit),
      {
        value,
        compensation: 0,
        count,
        samples,
        min: row.min ?? Number.POSITIVE_INFINITY,
        max: row.max ?? Number.NEGATIVE_INFINITY,
        traceId: exemplarTraceId,
      },
    );
  }
}

/** Its parts end here: only this engine's own are sealed and sent. */
function isAboutParts({ target, event }: Row): boolean {
  return target === ACCOUNTS_TARGET && event.startsWith('attribution.part.');
}
