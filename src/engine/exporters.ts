/** The outlets that the options ask for. */
import path from 'node:path';
import type { ExporterHost } from '../config/component.ts';
import { DEFAULT_DIRECTORY } from '../config/options.ts';
import { settle } from '../config/settle.ts';
import type { Exporter } from '../core/contracts/exporter.ts';
import type { Logger } from '../core/logger.ts';
import { isWritableDirectory } from '../parts/part-files.ts';
import { chosenExporter, type ExporterChoice, type SettledOptions } from './options.ts';

export interface Outlets {
  readonly exporters: readonly Exporter[];
  /** Where parts wait for exporters over a network, and are set aside when refused; undefined when nothing may be written. */
  readonly directory: string | undefined;
}

export interface OutletHost {
  readonly logger: Logger;
  /** Tells the person who starts the application. */
  say(text: string): void;
}

export function buildExporters(options: SettledOptions, { logger, say }: OutletHost): Outlets {
  const directory = path.resolve(options.directory ?? DEFAULT_DIRECTORY);
  const choices = options.exporters ?? defaultChoice(directory, options, say);
  const host: ExporterHost = { directory, maxSpoolBytes: options.maxSpoolBytes, logger };
  const exporters = choices.flatMap((choice) => {
    try {
      return [build(choice, host)];
    } catch (error) {
      say(`An exporter could not be made, and the others serve: ${error instanceof Error ? error.message : error}`);
      return [];
    }
  });
  const writes = choices.includes('file') || (exporters.some(travels) && maySpool(directory, options, say));
  return { exporters, directory: writes ? directory : undefined };
}

function build(choice: ExporterChoice, host: ExporterHost): Exporter {
  const named = chosenExporter(choice);
  if (named === undefined) return choice as Exporter;
  const { config, options } = named;
  return config.create(settle(config.options, options), host);
}

/** Over a network, that is: what cannot be sent in the turn in which a process ends. */
const travels = (exporter: Exporter): boolean => !exporter.supports.sync;

/** Nobody expects files in production unless he asked for them; elsewhere an outage should cost nothing. */
function maySpool(directory: string, options: SettledOptions, say: OutletHost['say']): boolean {
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
function defaultChoice(directory: string, options: SettledOptions, say: OutletHost['say']): ExporterChoice[] {
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
