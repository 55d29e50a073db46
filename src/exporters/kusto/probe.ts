import type { Probe } from '../../config/component.ts';
import { KustoExporter } from './exporter.ts';
import type { KustoOptions } from './options.ts';

/** A person waits for the answer. */
const TIMEOUT_MS = 15_000;

/** The database, asked as the plug-in asks it when it starts: package, address, identity, roles, schema. Never rejects. */
export async function probe(options: KustoOptions): Promise<Probe> {
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
  const where = `database ${options.database}${options.cluster === undefined ? '' : ` at ${options.cluster}`}`;
  let exporter: KustoExporter | undefined;
  try {
    exporter = new KustoExporter({ timeoutMs: TIMEOUT_MS, ...options }, { logger });
    await exporter.start();
    return { usable: true, text: `${where}: reachable, with the schema of this release`, warnings };
  } catch (error) {
    const text = `${where} cannot be used: ${error instanceof Error ? error.message : error}`;
    return { usable: false, text, warnings: [] };
  } finally {
    await exporter?.close();
  }
}
