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
  /** Unit of the numbers where they are not operations but what operations carried. */
  readonly unit?: string;
  /** Operations that no span tells of; they are in no other number. */
  readonly unseen?: number;
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

export function cellOf(framework: string, driver: string, result: Result, unit?: string): Cell {
  const { differences, ...numbers } = result;
  return {
    cell: `${framework} × ${driver}`,
    framework,
    driver,
    ...numbers,
    ...(unit === undefined ? {} : { unit }),
    ...(wrong(result) ? { differences: differences.slice(0, SHOWN_DIFFERENCES) } : {}),
  };
}

export function skippedCell(framework: string, driver: string, reason: string): Cell {
  const none = { operations: 0, attributed: 0, misattributed: 0, lost: 0, doubled: 0 };
  return { cell: `${framework} × ${driver}`, framework, driver, ...none, reason, skipped: true };
}

/** Listed with its reason; what is impossible is not judged. */
export function impossibleCell(framework: string, driver: string, unseen: number, reason: string): Cell {
  const none = { operations: 0, attributed: 0, misattributed: 0, lost: 0, doubled: 0 };
  return { cell: `${framework} × ${driver}`, framework, driver, ...none, unseen, reason };
}

/** Operations are summed over the cells that count them; errors over all cells. */
export function reportOf(cells: readonly Cell[]): Report {
  const total = (field: (typeof COLUMNS)[number], of: readonly Cell[]) =>
    of.reduce((sum, cell) => sum + cell[field], 0);
  const counting = cells.filter((cell) => cell.unit === undefined);
  return {
    operations: total('operations', counting),
    attributed: total('attributed', counting),
    misattributed: total('misattributed', cells),
    lost: total('lost', cells),
    doubled: total('doubled', cells),
    cells,
  };
}

const COLUMNS = ['operations', 'attributed', 'misattributed', 'lost', 'doubled'] as const;

const unseenText = (unseen: number | undefined) => (unseen === undefined ? '' : `${unseen} unseen: `);

export function tableOf(report: Report): string {
  const width = Math.max(24, ...report.cells.map((cell) => cell.cell.length)) + 2;
  const lines = [`${'cell'.padEnd(width)}${COLUMNS.map((column) => column.padStart(15)).join('')}`];
  for (const cell of [
    ...report.cells,
    { ...report, cell: 'total', reason: undefined, unseen: undefined, differences: undefined },
  ]) {
    const numbers = COLUMNS.map((column) => String(cell[column]).padStart(15)).join('');
    lines.push(
      `${cell.cell.padEnd(width)}${numbers}${cell.reason === undefined ? '' : `   ${unseenText(cell.unseen)}${cell.reason}`}`,
    );
    for (const d of cell.differences ?? []) {
      const from = d.originService === d.service ? d.service : `${d.originService} in ${d.service}`;
      lines.push(`    ${from}: ${d.origin}: expected ${d.expected}, got ${d.got}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
