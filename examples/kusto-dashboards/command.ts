/** The command line tool, as a user runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CLI } from '../demo/reports.ts';

export interface Target {
  readonly cluster: string;
  readonly database: string;
  /** As `--auth` takes it. */
  readonly auth: string;
}

function start(target: Target, args: readonly string[], stdout: 'inherit' | 'ignore' | 'pipe') {
  return spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', stdout, 'inherit'],
    env: {
      ...process.env,
      OTEL_ATTRIBUTION_KUSTO_CLUSTER: target.cluster,
      OTEL_ATTRIBUTION_KUSTO_DATABASE: target.database,
      OTEL_ATTRIBUTION_KUSTO_AUTH: target.auth,
    },
  });
}

/** Runs a command with its answer on the terminal, or nowhere. */
export async function ask(target: Target, args: readonly string[], quiet = false): Promise<void> {
  const child = start(target, args, quiet ? 'ignore' : 'inherit');
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`otel-attribution ${args.join(' ')} failed with exit code ${code}`);
}

/** Runs a command with its answer in `file`. */
export async function write(target: Target, args: readonly string[], file: string): Promise<void> {
  const child = start(target, args, 'pipe');
  const exited = once(child, 'exit');
  await pipeline(child.stdout!, createWriteStream(file));
  const [code] = await exited;
  if (code !== 0) throw new Error(`otel-attribution ${args.join(' ')} failed with exit code ${code}`);
}
