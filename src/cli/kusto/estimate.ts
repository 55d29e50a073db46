import type { Command } from 'commander';
import { quantity, withUnit } from '../../reports/format.ts';
import { usage } from '../../reports/time.ts';
import { print } from '../output.ts';
import { type Estimate, estimate, ROWS_PER_DAY_DIRECT } from './estimate-model.ts';
import { addRetentionOptions, type RetentionFlags, retentionOf } from './retention.ts';

interface EstimateFlags extends RetentionFlags {
  readonly processes: string;
  readonly keys: string;
  readonly window: string;
  readonly attributesBytes?: string;
  readonly services?: string;
  readonly storedBytesPerRow?: string;
  readonly nodes?: string;
  readonly priceIngestGb?: string;
  readonly priceStorageGbMonth?: string;
  readonly priceComputeHour?: string;
  readonly currency: string;
  readonly json?: true;
}

export function registerEstimate(kusto: Command): void {
  const command = kusto
    .command('estimate')
    .description('What would it be? Rows, GB and money for a number of processes and keys.')
    .requiredOption('--processes <n>', 'processes that send')
    .requiredOption(
      '--keys <n>',
      'combinations of origin, target, event, unit and attributes in one process and window',
    )
    .option('--window <seconds>', 'width of a window; must divide 300', '60')
    .option('--attributes-bytes <n>', 'attributes of a row, as JSON (default: 40)')
    .option('--services <n>', 'services that these processes run (default: one for twelve)')
    .option('--stored-bytes-per-row <n>', 'bytes of a row as the service stores it (default: 48, as after gzip)')
    .option('--nodes <n>', 'machines of the cluster (default: 2)')
    .option('--price-ingest-gb <money>', 'for a GB of JSON ingested')
    .option('--price-storage-gb-month <money>', 'for a GB stored, a month')
    .option('--price-compute-hour <money>', 'for a machine, an hour')
    .option('--currency <name>', 'of the prices', 'EUR');
  addRetentionOptions(command)
    .option('--json', 'one JSON object')
    .action((flags: EstimateFlags) => {
      const windowSeconds = number(flags.window, '--window', 1);
      if (300 % windowSeconds !== 0) throw usage(`--window is ${flags.window}: it must divide 300`);
      const optional = (text: string | undefined, flag: string, least: number) =>
        text === undefined ? undefined : number(text, flag, least);
      const input = {
        processes: number(flags.processes, '--processes', 1),
        keys: number(flags.keys, '--keys', 1),
        windowSeconds,
        retention: retentionOf(flags),
        ...given('attributesBytes', optional(flags.attributesBytes, '--attributes-bytes', 0)),
        ...given('services', optional(flags.services, '--services', 1)),
        ...given('storedBytesPerRow', optional(flags.storedBytesPerRow, '--stored-bytes-per-row', 1)),
        ...given('nodes', optional(flags.nodes, '--nodes', 1)),
        prices: {
          ...given('ingestGb', optional(flags.priceIngestGb, '--price-ingest-gb', 0)),
          ...given('storageGbMonth', optional(flags.priceStorageGbMonth, '--price-storage-gb-month', 0)),
          ...given('computeHour', optional(flags.priceComputeHour, '--price-compute-hour', 0)),
        },
      };
      const result = estimate(input);
      const { processes, keys } = input;
      if (flags.json === true) {
        const answer = { processes, keys, currency: flags.currency, ...result };
        process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
      } else print(estimateText(input, result, flags.currency));
    });
}

export function estimateText(
  { processes, keys }: { processes: number; keys: number },
  of: Estimate,
  currency: string,
): string {
  const { perDay, perMonth, levels, money } = of;
  const gb = (x: number) => withUnit(x * 1e9, 'By');
  const lines = [
    `${processes} processes × ${keys} keys × ${86_400 / of.windowSeconds} windows a day, ${of.services} services`,
    '',
    ...table([
      ['', 'a day', 'a month'],
      ['rows', quantity(perDay.rows), quantity(perMonth.rows)],
      ['JSON ingested', gb(perDay.jsonGb), gb(perMonth.jsonGb)],
      ['on the wire', gb(perDay.wireGb), gb(perMonth.wireGb)],
    ]),
    '',
    ...table([
      ['stored', 'rows a day', 'days', 'in all', 'hot days', 'hot'],
      ...levels.map((one) => [
        levelNames[one.level],
        quantity(one.rowsPerDay),
        String(one.days),
        gb(one.gb),
        String(one.hotDays),
        gb(one.hotGb),
      ]),
      ['together', '', '', gb(of.storedGb), '', gb(of.hotGb)],
    ]),
    '',
  ];
  if (money.total === undefined) {
    lines.push(
      'Money: give the prices of your region: --price-storage-gb-month, --price-compute-hour with --nodes, and --price-ingest-gb where ingestion is billed by the GB.',
    );
  } else {
    const parts = [
      ['ingested', money.ingest, '--price-ingest-gb'],
      ['stored', money.storage, '--price-storage-gb-month'],
      [`${of.nodes} machines`, money.compute, '--price-compute-hour'],
    ] as const;
    const rows = parts.map(([name, value, flag]) => [
      name,
      value === undefined ? `not counted: no ${flag}` : amount(value, currency),
    ]);
    lines.push(...table([['money', 'a month'], ...rows, ['together', amount(money.total, currency)]]));
  }
  lines.push('');
  if (perDay.rows > ROWS_PER_DAY_DIRECT) {
    lines.push(
      `More than ${quantity(ROWS_PER_DAY_DIRECT)} rows a day: let collectors merge the processes of a service, ${quantity(of.rowsPerDayMerged)} rows a day; or widen the windows (windowSeconds: 300).`,
      '',
    );
  }
  lines.push(
    `Measured: ${Math.round(of.jsonBytesPerRow)} B a row as JSON, ${quantity(of.gzipBytesPerRow)} B after gzip -1. Assumed: ${quantity(of.storedBytesPerRow)} B stored (--stored-bytes-per-row), each key in each window, and 14 days more of raw rows, which stay recoverable.`,
  );
  return lines.join('\n');
}

const levelNames = { raw: 'as they arrived', rows: 'rows', '5m': '5 minutes', '1h': '1 hour' };

const amount = (value: number, currency: string): string =>
  `${value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US')} ${currency}`;

/** First column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('   ')
      .trimEnd(),
  );
}

/** @throws AttributionError `ATTR_USAGE` */
function number(text: string, flag: string, least: number): number {
  const value = /^\d+(\.\d+)?(e\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= 1e12))
    throw usage(`${flag} is ${JSON.stringify(text)}: expected a number from ${least} to 1e12`);
  return value;
}

function given<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: number };
}
