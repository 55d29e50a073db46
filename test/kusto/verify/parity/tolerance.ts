import type { Report, ReportResult } from '../../../../src/reports/report.ts';
import type { Tolerance } from './compare.ts';
import type { Numbers } from './row-maker.ts';

/** Of Σ|v|, as durability.md states. */
export const RELATIVE = 1e-12;

type Row = Readonly<Record<string, number>>;

/**
 * Sums of k/1024 are exact in any order, and what is divided last is rounded once, alike in both: nothing is tolerated. Sets of
 * arbitrary reals have no negative values, so Σ|v| of a sum is the sum; a difference of sums has both in its scale.
 */
export function toleranceOf(numbers: Numbers, report: Report, answer: ReportResult | undefined): Tolerance {
  if (numbers !== 'real') return () => 0;
  if (report.name !== 'compare') return (column, row) => RELATIVE * Math.abs(Number(row[column.name]));
  const blockOf = (row: Readonly<Record<string, unknown>>): string => JSON.stringify([row.target, row.event, row.unit]);
  const totals = new Map(
    answer?.rows.filter((row) => row.kind === 'total').map((row) => [blockOf(row), row as unknown as Row]),
  );
  return (column, sqlRow) => {
    const row = sqlRow as unknown as Row;
    const both = Math.abs(row.before!) + Math.abs(row.after!);
    switch (column.name) {
      case 'change':
        return RELATIVE * both;
      case 'relativeChange':
        return RELATIVE * (both / Math.abs(row.before!));
      case 'contribution': {
        const total = totals.get(blockOf(sqlRow))!;
        const ofBlock = Math.abs(total.before!) + Math.abs(total.after!);
        return (RELATIVE * (both + Math.abs(row.contribution!) * ofBlock)) / Math.abs(total.change!);
      }
      default:
        return RELATIVE * Math.abs(row[column.name]!);
    }
  };
}
