import type { ExporterConfig } from '../../config/component.ts';
import { lazily } from '../../config/lazy.ts';
import { DEFAULT_URL, type OtlpOptions, otlpOptions } from './options.ts';

export const otlpConfig: ExporterConfig<'otlp', typeof otlpOptions, OtlpOptions> = {
  name: 'otlp',
  options: otlpOptions,
  place: ({ url }) => url ?? DEFAULT_URL,
  create: (options) =>
    new (lazily<typeof import('./exporter.ts')>(import.meta.url, './exporter').OtlpExporter)(options),
};
