import { type AttributionOptions, chosenExporter } from '../../engine/options.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';

/** The configured exporters that can be tried without sending anything, by name. */
export async function checkExporters({ exporters = [] }: AttributionOptions): Promise<[string, Finding[]][]> {
  const groups: [string, Finding[]][] = [];
  for (const choice of exporters) {
    const named = chosenExporter(choice);
    const result = await named?.config.probe?.(named.options);
    if (named === undefined || result === undefined) continue;
    const { usable, text, warnings } = result;
    groups.push([named.config.name, [usable ? ok(text) : bad(text, ''), ...warnings.map((one) => unsure(one, ''))]]);
  }
  return groups;
}
