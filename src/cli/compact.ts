import type { Command } from 'commander';
import { withUnit } from '../reports/format.ts';
import { parseDuration, usage } from '../reports/time.ts';
import { say } from './output.ts';
import { withLocalStore } from './store-access.ts';

const DAY_MS = 86_400_000;

interface CompactFlags {
  readonly directory: string;
  readonly hourAfter: string;
  readonly dayAfter: string;
  readonly keep?: string;
  readonly rewrite?: true;
}

export function registerCompact(program: Command): void {
  program
    .command('compact')
    .description('Sum old rows into 1-hour and 1-day rows, in place. Deletes nothing unless --keep is given.')
    .option('--hour-after <duration>', 'age at which rows become 1-hour rows', '14d')
    .option('--day-after <duration>', 'age at which rows become 1-day rows', '400d')
    .option('--keep <duration>', 'delete rows older than this (default: keep everything)')
    .option('--rewrite', 'write the file anew, to give the space back')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<CompactFlags>();
      const hourAfterDays = days(flags.hourAfter, '--hour-after');
      const dayAfterDays = days(flags.dayAfter, '--day-after');
      if (dayAfterDays < hourAfterDays) throw usage('--day-after is below --hour-after');
      const keep = flags.keep === undefined ? {} : { keepDays: days(flags.keep, '--keep') };
      await withLocalStore(flags.directory, async (store) => {
        const done = await store.compact({ now: Date.now(), hourAfterDays, dayAfterDays, ...keep });
        say(`${done.days} days compacted: ${done.rowsBefore} rows became ${done.rowsAfter}`);
        if (flags.keep !== undefined) say(`${done.rowsDeleted} rows deleted, older than ${flags.keep}`);
        if (flags.rewrite !== true) return;
        const { bytesBefore, bytesAfter } = await store.rewriteAndClose();
        say(`Rewritten: ${withUnit(bytesBefore, 'By')} became ${withUnit(bytesAfter, 'By')}`);
      });
    });
}

function days(text: string, option: string): number {
  const n = parseDuration(text, option) / DAY_MS;
  if (n < 1) throw usage(`${option} is ${text}: expected at least one day`);
  return n;
}
