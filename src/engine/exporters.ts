/** The outlets that the options ask for. */
import path from 'node:path';
import type { AttributionOptions, ExporterChoice } from '../config/options.ts';
import type { Exporter } from '../core/contracts/exporter.ts';
import type { Logger } from '../core/logger.ts';
import { ConsoleExporter } from '../exporters/console/index.ts';
import { FileExporter, isWritableDirectory } from '../exporters/file/index.ts';
import { KustoExporter } from '../exporters/kusto/index.ts';
import { MemoryExporter } from '../exporters/memory/index.ts';
import { OtlpExporter } from '../exporters/otlp/index.ts';
import { say } from '../otel/setup/say.ts';

export interface Outlets {
  readonly exporters: readonly Exporter[];
  /** Where parts wait for exporters over a network, and are set aside when refused; undefined when nothing may be written. */
  readonly directory: string | undefined;
}

export function buildExporters(options: AttributionOptions, logger: Logger): Outlets {
  const directory = path.resolve(options.directory ?? '.attribution');
  const choices = options.exporters ?? defaultChoice(directory, options);
  const exporters = choices.flatMap((choice) => {
    try {
      return [build(choice, directory, options, logger)];
    } catch (error) {
      say(`An exporter could not be made, and the others serve: ${error instanceof Error ? error.message : error}`);
      return [];
    }
  });
  const writes = choices.includes('file') || (exporters.some(travels) && maySpool(directory, options));
  return { exporters, directory: writes ? directory : undefined };
}

/** Over a network, that is: what cannot be sent in the turn in which a process ends. */
const travels = (exporter: Exporter): boolean => !exporter.supports.sync;

/** Nobody expects files in production unless he asked for them; elsewhere an outage should cost nothing. */
function maySpool(directory: string, options: AttributionOptions): boolean {
  if (process.env.NODE_ENV === 'production' && options.directory === undefined) {
    say(
      'NODE_ENV is production and no directory is configured: parts wait for the exporter in memory, a bounded number, and are lost when ' +
        'the process ends. Set `directory` (or OTEL_ATTRIBUTION_DIRECTORY) to keep them through outages and restarts.',
    );
    return false;
  }
  if (isWritableDirectory(directory)) return true;
  say(
    `${directory} cannot be written: parts wait for the exporter in memory, a bounded number, and are lost when the process ends. ` +
      'Set `directory` (or OTEL_ATTRIBUTION_DIRECTORY) to one that can.',
  );
  return false;
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

function build(choice: ExporterChoice, directory: string, options: AttributionOptions, logger: Logger): Exporter {
  if (choice === 'file') {
    return new FileExporter({
      directory,
      ...(options.maxSpoolBytes !== undefined && { maxBytes: options.maxSpoolBytes }),
    });
  }
  if (choice === 'console') return new ConsoleExporter();
  if (choice === 'memory') return new MemoryExporter();
  if ('otlp' in choice) return new OtlpExporter(choice.otlp);
  if ('kusto' in choice) return new KustoExporter(choice.kusto, { logger });
  return choice;
}
