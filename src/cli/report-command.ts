import { type Command, InvalidArgumentError, Option } from 'commander';
import { coveredText } from '../reports/covered.ts';
import { clockTimes } from '../reports/format.ts';
import type { ParameterName, ReportParameters } from '../reports/parameters.ts';
import { render, wrapFacts } from '../reports/render.ts';
import type { Report, ReportResult } from '../reports/report.ts';
import { exitCodes } from './exit-codes.ts';
import { addFlags } from './flags.ts';
import { colours, say, sheetOf, toCsv, toJson } from './output.ts';
import { addStoreOptions, type StoreChoice, withChosenStore } from './store-access.ts';

const options: Readonly<Record<ParameterName, (report: Report) => Option>> = {
  since: (r) => new Option('--since <duration>', `how far back, such as 15m, 1h, 7d (default: ${r.since})`),
  from: () => new Option('--from <time>', 'begin: 07:39, 2026-11-22, 2026-11-22T14:00, yesterday, or a duration ago'),
  to: () => new Option('--to <time>', 'end, exclusive (default: the newest data)'),
  tz: () => new Option('--tz <zone>', 'time zone of times and days (default: the system’s)'),
  asOf: () => new Option('--as-of <time>', 'only what was sealed until then'),
  where: () =>
    new Option(
      '--where <conditions>',
      "field=value or field~pattern*, joined by commas: 'target~postgresql*,attribute.tenant=acme'",
    ),
  by: () =>
    new Option(
      '--by <what>',
      'origin, target, service, attribute.<name>, or several joined by commas (default: origin)',
    ),
  limit: (r) => new Option('--limit <n>', `lines before the rest is summed (default: ${r.limit})`).argParser(count),
  measure: () =>
    new Option(
      '--measure <event>',
      'event to sum, such as gen_ai.client.token.usage, or blocked (default: durations of client targets)',
    ),
};

interface Flags extends ReportParameters, StoreChoice {
  readonly json?: true;
  readonly csv?: true;
  readonly wide?: true;
}

/** One command per report: the report says which parameters it takes. */
export function registerReport(program: Command, report: Report): void {
  const command = program.command(report.name).description(report.question);
  for (const name of report.parameters) command.addOption(options[name](report));
  addFlags(command, report.own ?? {});
  addStoreOptions(command)
    .addOption(new Option('--json', 'one JSON object, base values and units').conflicts('csv'))
    .option('--csv', 'comma-separated values, base values and units')
    .option('--wide', 'every column and whole names, however narrow the terminal')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>();
      const { runReport } = await import('../reports/run.ts');
      const now = Date.now();
      const result = await withChosenStore(flags, self.opts(), (store) => runReport(store, report, flags, { now }));
      print(report, flags, now, result);
    });
}

function print(report: Report, { json, csv, wide }: Flags, now: number, result: ReportResult): void {
  if (json === true) process.stdout.write(`${toJson(result)}\n`);
  else if (csv === true) process.stdout.write(toCsv(result));
  else if (result.rows.length > 0) printTable(report, result, now, wide);
  const { dim } = colours(process.stderr);
  if (json !== true) for (const note of result.notes) say(note, dim);
  if (result.rows.length === 0) process.exitCode = exitCodes.noData;
}

function printTable(report: Report, result: ReportResult, now: number, wide: true | undefined): void {
  const sheet = sheetOf(wide);
  const { text, leftOut } = render(report.table(result, { ...sheet, now }), sheet);
  const facts = [...footer(result, now), ...(leftOut.length === 0 ? [] : [`--wide adds ${leftOut.join(', ')}`])];
  const foot = wrapFacts(facts, sheet.width).map(sheet.style.dim).join('\n');
  process.stdout.write(`${text}\n\n${foot}\n`);
}

function footer({ range, dataThrough, settled, services, tz }: ReportResult, now: number): string[] {
  const [from, to, through, merged] = clockTimes([range.from, range.to, dataThrough, settled ?? range.to], tz, now);
  const partly = coveredText(range);
  return [
    `${from} to ${to} ${tz}`,
    ...(partly === undefined ? [] : [partly]),
    `data to ${through}`,
    `${services} ${services === 1 ? 'service' : 'services'}`,
    ...(settled === undefined ? [] : [`late rows before ${merged} count minutes later`]),
  ];
}

function count(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('expected a whole number from 1');
  return Number(text);
}
