import type { Probe } from '../../config/component.ts';
import { KustoExporter } from './exporter.ts';
import type { KustoOptions } from './options.ts';
import type { RoleFinding } from './roles.ts';

/** A person waits for the answer. */
const TIMEOUT_MS = 15_000;

/** The database, asked as the plug-in asks it when it starts: package, address, identity, schema, roles. Never rejects. */
export async function probe(options: KustoOptions): Promise<Probe> {
  const noticed: string[] = [];
  const logger = { debug() {}, info() {}, warn: (text: string) => void noticed.push(text), error() {} };
  const where = `database ${options.database}${options.cluster === undefined ? '' : ` at ${options.cluster}`}`;
  let exporter: KustoExporter | undefined;
  try {
    exporter = new KustoExporter({ timeoutMs: TIMEOUT_MS, ...options }, { logger });
    const { error, schemaSeen, roles, warnings } = await exporter.check();
    const all = [...noticed, ...warnings];
    if (error !== undefined) return { usable: false, text: `${where} cannot be used: ${error.message}`, warnings: all };
    const schema = schemaSeen
      ? 'with the schema of this release'
      : 'its schema may not be looked at without the role Viewer';
    const usable = !roles.some(({ role, state }) => role === 'Ingestor' && state === 'missing');
    return { usable, text: `${where}: reachable, ${schema}; ${rolesText(roles)}`, warnings: all };
  } catch (error) {
    const text = `${where} cannot be used: ${error instanceof Error ? error.message : error}`;
    return { usable: false, text, warnings: [] };
  } finally {
    await exporter?.close();
  }
}

function rolesText(roles: readonly RoleFinding[]): string {
  const of = (state: RoleFinding['state']) => roles.filter((one) => one.state === state).map(({ role }) => role);
  const parts = [
    ['roles there: ', of('granted')],
    ['missing: ', of('missing')],
    ['not to be found out without sending: ', of('unknown')],
  ] as const;
  return parts.flatMap(([text, names]) => (names.length === 0 ? [] : [`${text}${names.join(', ')}`])).join('; ');
}
