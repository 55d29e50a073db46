import type { Command } from 'commander';
import { parseDuration, usage } from '../reports/time.ts';

interface Flags {
  readonly pid?: number;
  readonly interval: number;
  readonly once?: true;
  readonly json?: true;
  readonly by?: string;
  readonly where?: string;
}

const INTERVAL_MAX_MS = 3_600_000;

export function registerTop(program: Command): void {
  program
    .command('top')
    .description('What is running now: operations in flight and the oldest age, per target and origin.')
    .option('--pid <n>', 'only this process (default: all of this user on this host)', parsePid)
    .option(
      '--by <keys>',
      'origin, target, service, operation, pid, attribute.<name>, or several (default: origin,operation)',
    )
    .option(
      '--where <conditions>',
      "as in reports, over these and originService: 'target~postgresql*,operation~SELECT*'",
    )
    .option('--interval <duration>', 'time between two pictures', parseInterval, 1_000)
    .option('--once', 'one table, then end; as when the output is no terminal')
    .option('--json', 'one JSON object, then end')
    .action(async (flags: Flags) => {
      const { top } = await import('./top/run.ts');
      await top(flags);
    });
}

function parsePid(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw usage(`--pid is ${JSON.stringify(text)}: expected a process id`);
  return Number(text);
}

function parseInterval(text: string): number {
  const ms = /^\d+ms$/.test(text) ? Number.parseInt(text, 10) : parseDuration(text, '--interval');
  if (ms < 100 || ms > INTERVAL_MAX_MS) throw usage(`--interval is ${JSON.stringify(text)}: expected 100ms to 1h`);
  return ms;
}
