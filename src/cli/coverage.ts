import type { Command } from 'commander';
import type { ObserveFlags } from './coverage/observe.ts';
import { forOption } from './flags.ts';

/** The report, and before it a look at the target's own counters. */
export function addObserve(program: Command): void {
  const command = program.commands.find((one) => one.name() === 'coverage')!;
  command
    .option(
      '--observe <target>',
      'first compare with what this target counts itself: postgresql, mysql (MariaDB) or redis://…',
    )
    .option('--connection <url>', 'how to connect to it (default: DATABASE_URL and the like, PG*, MYSQL_*)')
    .addOption(forOption('time between the two looks').default(60_000, '60s'))
    .hook('preAction', async (_, self) => {
      const flags = self.optsWithGlobals<ObserveFlags>();
      if (flags.observe === undefined) return;
      const { observe } = await import('./coverage/observe.ts');
      await observe(flags.observe, flags);
    });
}
