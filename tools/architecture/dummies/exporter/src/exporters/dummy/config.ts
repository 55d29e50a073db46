import type { ExporterConfig } from '../../config/component.ts';
import { lazily } from '../../config/lazy.ts';
import { type DummyOptions, dummyOptions } from './options.ts';

export const dummyConfig: ExporterConfig<'dummy', typeof dummyOptions, DummyOptions> = {
  name: 'dummy',
  options: dummyOptions,
  create: (options) =>
    new (lazily<typeof import('./exporter.ts')>(import.meta.url, './exporter').DummyExporter)(options),
};
