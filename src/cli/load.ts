import type { Command } from 'commander';
import { type LoadRow, load } from '../reports/load/report.ts';
import { loadTable } from '../reports/load/table.ts';
import { colours } from './output.ts';
import { registerReport } from './report-command.ts';

export function registerLoad(program: Command): void {
  registerReport(program, load, (result, { parameters, now }) =>
    loadTable(result.rows as unknown as LoadRow[], {
      ...result,
      now,
      by: parameters.by ?? 'origin',
      title: colours().bold,
    }),
  );
}
