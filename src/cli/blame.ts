import type { Command } from 'commander';
import type { BlameFlags } from './blame/run.ts';
import { forOption } from './flags.ts';

export function registerBlame(program: Command): void {
  program
    .command('blame')
    .description('Who waits for whose locks in a database, and for how long: sessions, joined to origins.')
    .argument('<target>', 'the database as reports name it, such as postgresql://shop-db/shop, or how to connect to it')
    .option('--connection <url>', 'how to connect (default: DATABASE_URL and the like, PG*, MYSQL_*)')
    .addOption(forOption('look every second, and store whom the waiting is charged to (default: one look)'))
    .option('--json', 'one JSON object')
    .action(async (target: string, _: unknown, self: Command) => {
      const { blame } = await import('./blame/run.ts');
      await blame(target, self.optsWithGlobals<BlameFlags>());
    });
}
