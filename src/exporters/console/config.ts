import type { ExporterConfig } from '../../config/component.ts';
import { lazily } from '../../config/lazy.ts';

export const consoleConfig: ExporterConfig<'console'> = {
  name: 'console',
  options: {},
  create: () => new (lazily<typeof import('./exporter.ts')>(import.meta.url, './exporter').ConsoleExporter)(),
};
