import type { Command } from 'commander';
import { type CoverageRow, coverage } from '../reports/coverage/report.ts';
import { percent, printable, table, withUnit } from '../reports/format.ts';
import { colours } from './output.ts';
import { registerReport } from './report-command.ts';

const titles: Readonly<Record<CoverageRow['check'], string>> = {
  attributed: 'Load with an origin',
  account: 'What the engine counted about itself',
  spans: 'Spans without an account',
  rows: 'Rows of parts that are not in the store',
  gap: 'Parts missing from a sequence',
  'no-final': 'Instances quiet without a final part (killed, or idle)',
  silent: 'Services that reported before and not in this range',
};

export function registerCoverage(program: Command): void {
  registerReport(program, coverage, (result) => {
    const { bold, green, red } = colours();
    const checks = new Map<CoverageRow['check'], CoverageRow[]>();
    for (const row of result.rows as unknown as CoverageRow[])
      checks.set(row.check, [...(checks.get(row.check) ?? []), row]);
    const texts = [...checks].map(([check, rows]) => {
      const lines = rows.map((row) => [
        row.ok === null ? ' ' : row.ok ? '✓' : '✗',
        printable(row.subject, 80),
        printable(row.reason),
        row.ok === true && row.value === 0 ? 'none' : withUnit(row.value, row.unit),
        row.share === null ? '' : percent(row.share),
      ]);
      const body = table(['', '', '', '', ''], lines, ['left', 'left', 'left', 'right', 'right']).replace(/^.*\n/, '');
      return `${bold(titles[check])}\n${body.replaceAll(/^✓/gm, green('✓')).replaceAll(/^✗/gm, red('✗'))}`;
    });
    return texts.join('\n\n');
  });
}
