import { percent, printable, table, withUnit } from '../format.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { CoverageRow } from './row.ts';

const titles: Readonly<Record<CoverageRow['check'], string>> = {
  attributed: 'Load with an origin',
  account: 'What the engine counted about itself',
  spans: 'Spans without an account',
  rows: 'Rows of parts that are not in the store',
  gap: 'Parts missing from a sequence',
  'no-final': 'Instances quiet without a final part (killed, or idle)',
  silent: 'Services that reported before and not in this range',
};

/** One table per check. */
export function coverageTable(result: ReportResult<CoverageRow>, { style }: TableView): string {
  const texts = [...Map.groupBy(result.rows, (row) => row.check)].map(([check, rows]) => {
    const lines = rows.map((row) => [
      row.ok === null ? ' ' : row.ok ? '✓' : '✗',
      printable(row.subject, 80),
      printable(row.reason),
      row.ok === true && row.value === 0 ? 'none' : withUnit(row.value, row.unit),
      row.share === null ? '' : percent(row.share),
    ]);
    const body = table(['', '', '', '', ''], lines, ['left', 'left', 'left', 'right', 'right']).replace(/^.*\n/, '');
    const marked = body.replaceAll(/^✓/gm, style.green('✓')).replaceAll(/^✗/gm, style.red('✗'));
    return `${style.bold(titles[check])}\n${marked}`;
  });
  return texts.join('\n\n');
}
