import type { Command } from 'commander';
import { parseDuration, usage } from '../reports/time.ts';
import type { BlameFlags } from './blame/run.ts';

export function registerBlame(program: Command): void {
  program
    .command('blame')
    .description('Who waits for whose locks in a database, and for how long: sessions, joined to origins.')
    .argument('<target>', 'the database as reports name it, such as postgresql://shop-db/shop, or how to connect to it')
    .option('--connection <url>', 'how to connect (default: DATABASE_URL and the like, PG*, MYSQL_*)')
    .option(
      '--for <duration>',
      'look every second, and store whom the waiting is charged to (default: one look)',
      parseFor,
    )
    .option('--json', 'one JSON object')
    .action(async (target: string, _: unknown, self: Command) => {
      const { blame } = await import('./blame/run.ts');
      await blame(target, self.optsWithGlobals<BlameFlags>());
    });
}

function parseFor(text: string): number {
  const ms = parseDuration(text, '--for');
  if (ms < 1_000 || ms > 86_400_000) throw usage(`--for is ${JSON.stringify(text)}: expected 1s to 1d`);
  return ms;
}
