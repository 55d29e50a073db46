/** Compiled, not run: the types of options are those of their declarations. */
import type { SettledOptions } from '../../src/engine/options.ts';
import type { kustoConfig } from '../../src/exporters/kusto/config.ts';
import type { KustoOptions } from '../../src/exporters/kusto/options.ts';
import type { AttributionOptions, Exporter, ExporterChoice, PresetName, Rule } from '../../src/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

same<AttributionOptions['windowSeconds'], number | undefined>(true);
same<AttributionOptions['presets'], readonly PresetName[] | undefined>(true);
same<AttributionOptions['rules'], readonly Rule[] | undefined>(true);
same<AttributionOptions['attributes'], Readonly<Record<string, string | readonly string[]>> | undefined>(true);
same<AttributionOptions['exporters'], readonly ExporterChoice[] | undefined>(true);
same<KustoOptions['database'], string>(true);
same<KustoOptions['mode'], 'queued' | 'streaming' | undefined>(true);
same<Parameters<typeof kustoConfig.create>[0]['mode'], 'queued' | 'streaming'>(true);
same<Parameters<typeof kustoConfig.create>[0]['connectionString'], string | undefined>(true);

declare const exporter: Exporter;
export const choices: readonly ExporterChoice[] = [
  'file',
  'console',
  'memory',
  { otlp: {} },
  { kusto: { database: 'd', auth: { token: async () => 't' } } },
  exporter,
];

declare const settled: SettledOptions;
same<typeof settled.windowSeconds, number>(true);
same<typeof settled.originDeadlineSeconds, number>(true);
same<typeof settled.rules, readonly Rule[]>(true);
same<typeof settled.directory, string | undefined>(true);
// What is settled may be given again.
export const again: AttributionOptions = settled;

// @ts-expect-error no such option
export const misspelt: AttributionOptions = { windowSecond: 60 };
// @ts-expect-error options are not changed once they are given
(again as AttributionOptions).live = true;
// @ts-expect-error a file needs no options
export const noOptions: ExporterChoice = { file: {} };
// @ts-expect-error a database is needed
export const noDatabase: ExporterChoice = { kusto: { cluster: 'https://c.kusto.windows.net' } };
