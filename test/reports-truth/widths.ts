/** Whether what a terminal of 80 columns shows has a line that it would fold. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { plainStyle } from '../../src/reports/page.ts';
import { render } from '../../src/reports/render.ts';
import type { Report, ReportResult } from '../../src/reports/report.ts';

const COLUMNS = 80;
const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Wide characters of this shop's names there are none: a character is a cell. */
export const tooWide = (text: string): string[] =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the dress of a terminal takes no room
  text.split('\n').filter((line) => [...line.replaceAll(/\x1b\[[\d;]*m/g, '')].length > COLUMNS);

export function tableTooWide(report: Report, result: ReportResult, now: number): string[] {
  if (result.rows.length === 0) return [];
  const sheet = { width: COLUMNS, style: plainStyle };
  return tooWide(render(report.table(result, { ...sheet, now }), sheet).text);
}

/** As the command prints it: the table, what stands below it, and notes. */
export async function commandTooWide(directory: string, args: readonly string[]): Promise<string[]> {
  const env = { ...process.env, COLUMNS: String(COLUMNS), TZ: 'UTC' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [CLI, ...args, '--directory', directory], {
    env,
  }).catch((error: { code: number; stdout: string; stderr: string }) => {
    // Nothing found is an answer as well.
    if (error.code === exitCodes.noData) return error;
    throw error;
  });
  return [...tooWide(stdout), ...tooWide(stderr)];
}

/** Reports and options that differ in what they print. */
export const commands: readonly (readonly string[])[] = [
  ['load', '--since', '9d'],
  ['load', '--since', '9d', '--by', 'attribute.tenant', '--where', 'target~postgresql*'],
  ['load', '--since', '9d', '--by', 'target'],
  ['load', '--since', '9d', '--at', 'peak'],
  ['load', '--from', '2026-11-22T09:12:17', '--to', '2026-11-22T10:33:41', '--where', 'attribute.tenant=acme'],
  ['load', '--as-of', '2026-11-22T09:30:30'],
  ['load', '--since', '31d', '--measure', 'email.sent'],
  ['load', '--since', '9d', '--where', 'origin=no such origin,attribute.tenant=nobody'],
  ['load', '--since', '15m'],
  ['trend', '--since', '9d'],
  ['trend', '--from', '2026-11-22T09:00', '--to', '2026-11-22T11:30', '--step', '15m'],
  ['trend', '--from', '2026-11-22T11:00', '--step', '5m', '--to', '2026-11-22T11:30', '--by', 'attribute.tenant'],
  ['per-request', '--since', '9d'],
  ['per-request', '--since', '9d', '--where', 'attribute.tenant!=acme', '--limit', '3'],
  ['flow', '--since', '9d'],
  ['compare', '--since', '9d'],
  [
    'compare',
    '--from',
    '2026-11-22T11:00',
    '--to',
    '2026-11-22T11:20',
    '--baseline',
    '2026-11-22T09:00..2026-11-22T09:40',
  ],
  ['inventory', '--since', '9d'],
  ['coverage', '--since', '9d'],
  ['sources', '--since', '9d'],
];
