import type { Command } from 'commander';
import { parseDuration, usage } from '../reports/time.ts';
import type { ObserveFlags } from './coverage/observe.ts';

/** The report, and before it a look at the target's own counters. */
export function addObserve(program: Command): void {
  const command = program.commands.find((one) => one.name() === 'coverage')!;
  command
    .option(
      '--observe <target>',
      'first compare with what this target counts itself: postgresql, mysql (MariaDB) or redis://…',
    )
    .option('--connection <url>', 'how to connect to it (default: DATABASE_URL and the like, PG*, MYSQL_*)')
    .option('--for <duration>', 'time between the two looks', parseFor, 60_000)
    .hook('preAction', async (_, self) => {
      const flags = self.optsWithGlobals<ObserveFlags>();
      if (flags.observe === undefined) return;
      const { observe } = await import('./coverage/observe.ts');
      await observe(flags.observe, flags);
    });
}

function parseFor(text: string): number {
  const ms = parseDuration(text, '--for');
  if (ms < 1_000 || ms > 86_400_000) throw usage(`--for is ${JSON.stringify(text)}: expected 1s to 1d`);
  return ms;
}
