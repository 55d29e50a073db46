import type { AttributionOptions } from '../../config/options.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';

/** A person waits for the answer. */
const TIMEOUT_MS = 15_000;

/** The configured Kusto database, asked as the plug-in asks it when it starts: package, address, identity, roles, schema. */
export async function checkKusto(options: AttributionOptions): Promise<Finding[]> {
  const choice = options.exporters?.find((one) => typeof one === 'object' && 'kusto' in one);
  if (choice === undefined || typeof choice === 'string' || !('kusto' in choice)) return [];
  const { kusto } = choice;
  const { KustoExporter } = await import('../../exporters/kusto/index.ts');
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
  const where = `database ${kusto.database}${kusto.cluster === undefined ? '' : ` at ${kusto.cluster}`}`;
  let exporter: InstanceType<typeof KustoExporter> | undefined;
  try {
    exporter = new KustoExporter({ timeoutMs: TIMEOUT_MS, ...kusto }, { logger });
    await exporter.start();
    return [ok(`${where}: reachable, with the schema of this release`), ...warnings.map((text) => unsure(text, ''))];
  } catch (error) {
    return [bad(`${where} cannot be used: ${error instanceof Error ? error.message : error}`, '')];
  } finally {
    await exporter?.close();
  }
}
