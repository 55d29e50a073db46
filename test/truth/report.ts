/** The answer: one object for machines, one table for people. */
import { type Difference, type Result, wrong } from './compare.ts';

export interface Cell {
  /** `express × pg`. */
  readonly cell: string;
  readonly framework: string;
  readonly driver: string;
  readonly operations: number;
  readonly attributed: number;
  readonly misattributed: number;
  readonly lost: number;
  readonly doubled: number;
  /** Why it cannot be exact, or why it did not run. */
  readonly reason?: string;
  readonly skipped?: true;
  readonly differences?: readonly Difference[];
}

export interface Report {
  readonly operations: number;
  readonly attributed: number;
  readonly misattributed: number;
  readonly lost: number;
  readonly doubled: number;
  readonly cells: readonly Cell[];
}

const SHOWN_DIFFERENCES = 12;

export function cellOf(framework: string, driver: string, result: Result, reason?: string): Cell {
  const { differences, ...numbers } = result;
  return {
    cell: `${framework} × ${driver}`,
    framework,
    driver,
    ...numbers,
    ...(reason === undefined ? {} : { reason }),
    ...(wrong(result) ? { differences: differences.slice(0, SHOWN_DIFFERENCES) } : {}),
  };
}

export function skippedCell(framework: string, driver: string, reason: string): Cell {
  const none = { operations: 0, attributed: 0, misattributed: 0, lost: 0, doubled: 0 };
  return { cell: `${framework} × ${driver}`, framework, driver, ...none, reason, skipped: true };
}

export function reportOf(cells: readonly Cell[]): Report {
  const sum = (field: 'operations' | 'attributed' | 'misattributed' | 'lost' | 'doubled') =>
    cells.reduce((total, cell) => total + cell[field], 0);
  return {
    operations: sum('operations'),
    attributed: sum('attributed'),
    misattributed: sum('misattributed'),
    lost: sum('lost'),
    doubled: sum('doubled'),
    cells,
  };
}

const COLUMNS = ['operations', 'attributed', 'misattributed', 'lost', 'doubled'] as const;

export function tableOf(report: Report): string {
  const width = Math.max(24, ...report.cells.map((cell) => cell.cell.length)) + 2;
  const lines = [`${'cell'.padEnd(width)}${COLUMNS.map((column) => column.padStart(15)).join('')}`];
  for (const cell of [...report.cells, { ...report, cell: 'total', reason: undefined, differences: undefined }]) {
    const numbers = COLUMNS.map((column) => String(cell[column]).padStart(15)).join('');
    lines.push(`${cell.cell.padEnd(width)}${numbers}${cell.reason === undefined ? '' : `   ${cell.reason}`}`);
    for (const d of cell.differences ?? []) {
      const from = d.originService === d.service ? d.service : `${d.originService} in ${d.service}`;
      lines.push(`    ${from}: ${d.origin}: expected ${d.expected}, got ${d.got}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
