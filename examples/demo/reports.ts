/** The demo's questions, put to the command line tool as a user would put them. */
import { execFile, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { colours } from '../../src/cli/output.ts';
import type { Row } from '../../src/core/row.ts';
import { loadFromRows } from '../../src/reports/load/from-rows.ts';
import { loadTable } from '../../src/reports/load/table.ts';

/** `npx otel-attribution` where the package is installed. */
export const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const QUESTIONS: readonly (readonly string[])[] = [
  ['load'],
  ['per-request'],
  ['load', '--by', 'attribute.tenant', '--where', 'target~postgresql*'],
  ['flow'],
];

const { bold } = colours();

/** Prints the answers, each below the command that gives it. `rows` of the part files are for who has no DuckDB installed. */
export function printReports(directory: string, rows: readonly Row[]): void {
  if (!hasDuckDB()) {
    console.log(`${memoryTable(rows)}\n\nThe other reports need DuckDB: npm i -D @duckdb/node-api\n`);
    return;
  }
  for (const question of QUESTIONS) {
    console.log(`${bold(`$ otel-attribution ${question.map(quoted).join(' ')}`)}\n`);
    const { status, error } = spawnSync(process.execPath, [CLI, ...question, '--directory', directory], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== exitCodes.ok && status !== exitCodes.noData)
      throw new Error(`otel-attribution ${question.join(' ')} failed with exit code ${status}`, { cause: error });
    console.log();
  }
}

/** The rows of every answer, by command. */
export async function reportRows(directory: string, rows: readonly Row[]): Promise<Record<string, readonly unknown[]>> {
  if (!hasDuckDB()) return { load: loadFromRows(rows, ...rangeOf(rows)).rows };
  const answers: Record<string, readonly unknown[]> = {};
  for (const question of QUESTIONS) {
    const args = [CLI, ...question, '--json', '--directory', directory];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
    answers[question.join(' ')] = JSON.parse(stdout).rows;
  }
  return answers;
}

function hasDuckDB(): boolean {
  try {
    createRequire(import.meta.url).resolve('@duckdb/node-api');
    return true;
  } catch {
    return false;
  }
}

function rangeOf(rows: readonly Row[]): [from: number, to: number] {
  return [Math.min(...rows.map((row) => row.windowStart)), Math.max(...rows.map((row) => row.sealedAt))];
}

function memoryTable(rows: readonly Row[]): string {
  const [from, to] = rangeOf(rows);
  const result = loadFromRows(rows, from, to);
  const { timeZone: tz } = Intl.DateTimeFormat().resolvedOptions();
  return loadTable(result.rows, { ...result, dataThrough: to, tz, now: Date.now() });
}

const quoted = (arg: string): string => (/^[\w.-]+$/.test(arg) ? arg : `'${arg}'`);
