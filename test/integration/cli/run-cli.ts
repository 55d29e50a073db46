/** The command line tool as a user runs it: a process of its own, with its exit code and what it wrote. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const MAIN = path.join(root, 'src/cli/main.ts');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { OTEL_ATTRIBUTION_DIRECTORY: _, OTEL_ATTRIBUTION_CONFIG_FILE: __, NODE_OPTIONS: ___, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? root,
    env: { ...env, NODE_ENV: 'test', NO_COLOR: '1', ...options.env },
  });
  child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Short, because the path of a Unix socket has at most 107 bytes. Removed with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'oa-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A project with files; `modules: true` links the node_modules of this repository, with all its drivers. */
export function makeProject(packageJson: object, files: Record<string, string> = {}, modules = false): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(packageJson, null, 2)}\n`);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  if (modules) symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}
