import type { ExporterConfig } from '../../config/component.ts';
import { lazily } from '../../config/lazy.ts';

export const memoryConfig: ExporterConfig<'memory'> = {
  name: 'memory',
  options: {},
  create: () => new (lazily<typeof import('./exporter.ts')>(import.meta.url, './exporter').MemoryExporter)(),
};
