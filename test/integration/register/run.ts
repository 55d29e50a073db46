/** Runs an application as a user would, with `--import`, in a child process with a directory of its own for parts. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from '../../../src/core/row.ts';
import { decodePartSync, rowsOf } from '../../../src/parts/part-codec.ts';

export const REGISTER = new URL('../../../src/register.ts', import.meta.url).href;
export const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly rows: readonly Row[];
}

export interface Run {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Sent once the application has printed its first line. */
  readonly signal?: NodeJS.Signals;
  readonly command?: string;
}

export async function run(args: readonly string[], options: Run = {}): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'register-'));
  try {
    const child = spawn(options.command ?? process.execPath, [...args], {
      cwd: options.cwd ?? here('.'),
      env: { PATH: process.env.PATH, HOME: process.env.HOME, OTEL_ATTRIBUTION_DIRECTORY: directory, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdout.on('data', (text) => {
      if (stdout === '' && options.signal !== undefined) child.kill(options.signal);
      stdout += text;
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...ended) => resolve(ended));
    });
    return { stdout, stderr, code, signal, rows: readRows(directory) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function readRows(directory: string): Row[] {
  const local = join(directory, 'local');
  let files: string[];
  try {
    files = readdirSync(local).filter((name) => name.endsWith('.json.zst'));
  } catch {
    return [];
  }
  return files.flatMap((name) => [...rowsOf(decodePartSync(readFileSync(join(local, name))))]);
}

/** Calls of an event per origin, over all windows and targets. */
export function callsByOrigin(rows: readonly Row[], event: string): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const row of rows) if (row.event === event) calls[row.origin] = (calls[row.origin] ?? 0) + row.count;
  return calls;
}

/** Sum of an event per target, over all windows and origins. */
export function valuesByTarget(rows: readonly Row[], event: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const row of rows) if (row.event === event) values[row.target] = (values[row.target] ?? 0) + row.value;
  return values;
}
