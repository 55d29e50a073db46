import { Argument, type Command } from 'commander';
import { AttributionError } from '../../core/errors.ts';
import { adxDashboard, grafanaDashboard, type Place } from '../../dashboards/index.ts';
import { DEFAULT_BASE } from '../../kusto/names.ts';
import { type ConnectionFlags, connectionFlags } from '../../stores/kusto/flags.ts';
import { addFlags } from '../flags.ts';
import { kustoOptions } from './connection.ts';

const generators: Readonly<Record<string, (place: Place) => unknown>> = {
  adx: adxDashboard,
  grafana: grafanaDashboard,
};

/** `kusto dashboard adx|grafana`: prints the JSON for this cluster and database; no connection is opened. */
export function registerDashboard(kusto: Command): void {
  const command = kusto
    .command('dashboard')
    .description('Print a dashboard to import: into Azure Data Explorer, or into Grafana')
    .addArgument(new Argument('<product>', 'adx or grafana').choices(Object.keys(generators)))
    .option('--title <title>', 'title of the dashboard', 'Who loads what');
  addFlags(command, connectionFlags).action((product: string, flags: ConnectionFlags & { title: string }) => {
    const options = kustoOptions(flags);
    const place: Place = {
      cluster: options.cluster ?? clusterIn(options.connectionString),
      database: options.database,
      table: options.table ?? DEFAULT_BASE,
      title: flags.title,
    };
    process.stdout.write(`${JSON.stringify(generators[product]!(place), null, 2)}\n`);
  });
}

/** The address of the cluster, and nothing else: the rest of a connection string may be secret. */
function clusterIn(connectionString = ''): string {
  const match = /(?:^|;)\s*(?:Data Source|Addr|Address|Network Address|Server)\s*=\s*"?([^;"]+)/i.exec(
    connectionString,
  );
  if (match !== null) return match[1]!.trim();
  throw new AttributionError(
    'ATTR_USAGE',
    'the connection string names no cluster: expected Data Source=https://<cluster>.<region>.kusto.windows.net',
  );
}
