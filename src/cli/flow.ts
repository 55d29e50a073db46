import type { Command } from 'commander';
import { type FlowRow, flow } from '../reports/flow/report.ts';
import { percent, printable, quantity, table, tally, withUnit } from '../reports/format.ts';
import { keyName, widthOf } from './block-title.ts';
import { colours } from './output.ts';
import { registerReport } from './report-command.ts';

export function registerFlow(program: Command): void {
  registerReport(program, flow, (result) => {
    const rows = (result.rows as unknown as FlowRow[]).filter((row) => row.kind !== 'total');
    const { event, unit } = rows[0]!;
    const width = widthOf(rows.map((row) => row.originService));
    const lines = rows.map((row) => [
      keyName(row.originService, row.origin, width),
      '→',
      printable(row.target, 80),
      percent(row.share),
      unit === 's' ? quantity(row.perSecond) : withUnit(row.perSecond, unit),
      tally(row.calls),
    ]);
    const head = ['origin', '', 'target', 'share', unit === 's' ? 'active' : 'per s', 'calls'];
    return `${colours().bold(event)}\n${table(head, lines, ['left', 'left', 'left', 'right', 'right', 'right'])}`;
  });
}
