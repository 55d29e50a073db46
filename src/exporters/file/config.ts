import type { ExporterConfig } from '../../config/component.ts';
import { lazily } from '../../config/lazy.ts';

export const fileConfig: ExporterConfig<'file'> = {
  name: 'file',
  options: {},
  create(_, { directory, maxSpoolBytes }) {
    const { FileExporter } = lazily<typeof import('./exporter.ts')>(import.meta.url, './exporter');
    return new FileExporter({ directory, maxBytes: maxSpoolBytes });
  },
};
