/** The outlets that the options ask for. */
import path from 'node:path';
import type { AttributionOptions, ExporterChoice } from '../config/options.ts';
import type { Exporter } from '../core/exporter.ts';
import { ConsoleExporter } from '../exporters/console/index.ts';
import { FileExporter, isWritableDirectory } from '../exporters/file/index.ts';
import { MemoryExporter } from '../exporters/memory/index.ts';
import { OtlpExporter } from '../exporters/otlp/index.ts';
import { say } from './setup/say.ts';

export interface Outlets {
  readonly exporters: readonly Exporter[];
  /** Where parts are set aside that cannot be delivered; undefined when nothing may be written. */
  readonly directory: string | undefined;
}

export function buildExporters(options: AttributionOptions): Outlets {
  const directory = path.resolve(options.directory ?? '.attribution');
  const choices = options.exporters ?? defaultChoice(directory, options);
  const writes = choices.includes('file');
  const exporters = choices.map((choice) => build(choice, directory, options));
  return { exporters, directory: writes ? directory : undefined };
}

/** Files for whoever tries it out; memory in production, where nobody asked for files, and where nothing can be written. */
function defaultChoice(directory: string, options: AttributionOptions): ExporterChoice[] {
  if (process.env.NODE_ENV === 'production' && options.directory === undefined) {
    say(
      'NODE_ENV is production and no exporter is configured: sums stay in memory and are lost at exit. ' +
        'Set `directory` (or OTEL_ATTRIBUTION_DIRECTORY), or `exporters`, to keep them.',
    );
    return ['memory'];
  }
  if (!isWritableDirectory(directory)) {
    say(
      `${directory} cannot be written: sums stay in memory and are lost at exit. ` +
        'Set `directory` (or OTEL_ATTRIBUTION_DIRECTORY) to one that can.',
    );
    return ['memory'];
  }
  return ['file'];
}

function build(choice: ExporterChoice, directory: string, options: AttributionOptions): Exporter {
  if (choice === 'file') {
    return new FileExporter({
      directory,
      ...(options.maxSpoolBytes !== undefined && { maxBytes: options.maxSpoolBytes }),
    });
  }
  if (choice === 'console') return new ConsoleExporter();
  if (choice === 'memory') return new MemoryExporter();
  if ('otlp' in choice) return new OtlpExporter(choice.otlp);
  if ('kusto' in choice) throw new Error('not built yet');
  return choice;
}
