import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { parseTime } from '../reports/moment.ts';
import { checkZone, parseDuration, usage } from '../reports/time.ts';
import { exitCodes } from './exit-codes.ts';
import { say } from './output.ts';
import { withLocalStore } from './store-access.ts';

interface ExportFlags {
  readonly directory: string;
  readonly format: 'parquet' | 'csv';
  readonly out: string;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly tz?: string;
  readonly force?: true;
}

export function registerExport(program: Command): void {
  program
    .command('export')
    .description('Write rows to a Parquet or CSV file, base values and units.')
    .addOption(new Option('--format <format>', 'file format').choices(['parquet', 'csv']).default('parquet'))
    .requiredOption('--out <file>', 'file to write')
    .option('--since <duration>', 'how far back, such as 1h, 7d (default: everything)')
    .option('--from <time>', 'begin: 07:39, 2026-11-22, 2026-11-22T14:00, yesterday, or a duration ago')
    .option('--to <time>', 'end, exclusive')
    .option('--tz <zone>', 'time zone of --from and --to (default: the system’s)')
    .option('--force', 'replace the file if there is one')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<ExportFlags>();
      const now = Date.now();
      const tz = checkZone(flags.tz);
      const out = resolve(flags.out);
      if (existsSync(out) && flags.force !== true)
        throw usage(`${out} exists: choose another --out, or --force to replace it`);
      if (!existsSync(dirname(out))) throw usage(`the directory ${dirname(out)} of --out does not exist`);
      if (flags.since !== undefined && flags.from !== undefined) throw usage('--since and --from exclude each other');
      const begin = flags.from === undefined ? undefined : parseTime(flags.from, '--from', now, tz);
      const to = flags.to === undefined ? undefined : parseTime(flags.to, '--to', now, tz, begin);
      const from = flags.since === undefined ? begin : (to ?? now) - parseDuration(flags.since, '--since');
      const { rows } = await withLocalStore(flags.directory, (store) =>
        store.export({
          file: out,
          format: flags.format,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
        }),
      );
      say(`${rows} rows written to ${out}`);
      if (rows === 0) process.exitCode = exitCodes.noData;
    });
}
