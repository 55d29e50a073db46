import { CONFIG_FILE } from '../config/env.ts';
import { loadOptions } from '../engine/options.ts';

/**
 * The options of an exporter in the file that OTEL_ATTRIBUTION_CONFIG_FILE names. What other variables say is no matter of a command
 * that asks for it.
 * @throws AttributionError `ATTR_CONFIG_INVALID`
 */
export function exporterOptions(name: string, file = process.env[CONFIG_FILE]): unknown {
  if (!file) return undefined;
  const { exporters = [] } = loadOptions(undefined, { [CONFIG_FILE]: file });
  const entries = exporters.flatMap((one) => (typeof one === 'object' ? Object.entries<unknown>({ ...one }) : []));
  return entries.find(([key]) => key === name)?.[1];
}
