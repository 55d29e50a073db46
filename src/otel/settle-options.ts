/** Options of code, environment and file, checked. A mistake costs the option, never the application. */
import { loadOptions } from '../config/load.ts';
import type { AttributionOptions } from '../config/options.ts';
import { diagLogger } from './telemetry.ts';

/** The options in force. What is wrong is reported in full; then the defaults serve. */
export function settleOptions(options: AttributionOptions | undefined): AttributionOptions {
  try {
    return loadOptions(options);
  } catch (error) {
    const text = `${(error as Error).message}\notel-attribution runs with its defaults until this is mended.`;
    diagLogger().error(text);
    process.stderr.write(`otel-attribution: ${text}\n`);
    return {};
  }
}
