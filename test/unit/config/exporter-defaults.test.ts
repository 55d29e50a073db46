/** A default that an exporter declares, and docs/options.md prints, is what the exporter works with. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Option } from '../../../src/config/option.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { buildExporters } from '../../../src/engine/exporters.ts';
import { type AttributionOptions, settleOptions } from '../../../src/engine/options.ts';
import { kustoConfig } from '../../../src/exporters/kusto/config.ts';
import { KustoExporter } from '../../../src/exporters/kusto/exporter.ts';
import { kustoOptions } from '../../../src/exporters/kusto/options.ts';
import { otlpConfig } from '../../../src/exporters/otlp/config.ts';

const place = { cluster: 'https://mycluster.westeurope.kusto.windows.net', database: 'shop' };

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** In production, so that nothing is written. */
function build(exporters: NonNullable<AttributionOptions['exporters']>) {
  vi.stubEnv('NODE_ENV', 'production');
  return buildExporters(settleOptions({ exporters }), { logger: silentLogger, say() {} }).exporters;
}

const defaultsOf = (options: Readonly<Record<string, Option<unknown>>>) =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, one]) => (one.default === undefined ? [] : [[name, one.default]])),
  );

it('reaches its exporter by way of the configuration', () => {
  const kusto = vi.spyOn(kustoConfig, 'create');
  const otlp = vi.spyOn(otlpConfig, 'create');
  build([{ kusto: place }, { otlp: {} }]);
  expect(kusto.mock.lastCall![0]).toEqual({ ...place, ...defaultsOf(kustoOptions) });
  expect(otlp.mock.lastCall![0]).toEqual(defaultsOf(otlpConfig.options));
  build([{ kusto: { ...place, timeoutMs: 1_000, table: 'Books' } }]);
  expect(kusto.mock.lastCall![0]).toMatchObject({ timeoutMs: 1_000, table: 'Books', mode: 'queued' });
});

it('is in force in an exporter that is made by hand as well', async () => {
  const exporters = [...build([{ kusto: place }]), new KustoExporter(place)];
  expect(exporters.map(({ callMs }) => callMs)).toEqual(Array(2).fill(kustoOptions.timeoutMs.default));
  await Promise.all(exporters.map((one) => one.close()));
});
