/** How long Kusto keeps what, as flags of `schema` and `estimate`. */
import type { Command } from 'commander';
import { usage } from '../../reports/time.ts';
import { defaultRetention, type RetentionDays } from '../../stores/kusto/schema/policies.ts';

export interface RetentionFlags {
  readonly retentionRawDays?: string;
  readonly retentionRowsDays?: string;
  readonly retention5mDays?: string;
  readonly retention1hDays?: string;
  readonly hotDays?: string;
}

const flags = [
  ['raw', 'retentionRawDays', '--retention-raw-days', 'rows as they arrived'],
  ['rows', 'retentionRowsDays', '--retention-rows-days', 'single rows, which --as-of and unaligned ranges need'],
  ['5m', 'retention5mDays', '--retention-5m-days', '5-minute sums'],
  ['1h', 'retention1hDays', '--retention-1h-days', '1-hour sums'],
  ['hot', 'hotDays', '--hot-days', 'rows and 5-minute sums on fast disks'],
] as const;

export function addRetentionOptions(command: Command): Command {
  for (const [level, , flag, what] of flags)
    command.option(`${flag} <n>`, `days: ${what} (default: ${defaultRetention[level]})`);
  return command;
}

/** What was asked for. @throws AttributionError `ATTR_USAGE` */
export function retentionOf(given: RetentionFlags): Partial<RetentionDays> {
  const asked: Partial<Record<keyof RetentionDays, number>> = {};
  for (const [level, name, flag] of flags) {
    const text = given[name];
    if (text === undefined) continue;
    const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    // A view needs some days of its source to be made from.
    if (days < 1 || days > 36_500)
      throw usage(`${flag} is ${JSON.stringify(text)}: expected whole days from 1 to 36500`);
    asked[level] = days;
  }
  return asked;
}
