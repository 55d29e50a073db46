import { Argument, type Command } from 'commander';
import { AttributionError } from '../../core/errors.ts';
import { adxDashboard, grafanaDashboard, type Place } from '../../dashboards/index.ts';
import { readAddress } from '../../exporters/kusto/address.ts';
import { DEFAULT_BASE } from '../../kusto/names.ts';
import { type ConnectionFlags, connectionFlags } from '../../stores/kusto/flags.ts';
import { clusterIn } from '../../stores/kusto/options.ts';
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
      cluster: options.cluster ?? clusterOf(options.connectionString),
      database: options.database,
      table: options.table ?? DEFAULT_BASE,
      title: flags.title,
    };
    process.stdout.write(`${JSON.stringify(generators[product]!(place), null, 2)}\n`);
  });
}

/** The dashboards name the cluster; whoever connects need not. */
function clusterOf(connectionString = ''): string {
  const cluster = clusterIn(connectionString);
  if (cluster !== undefined) return readAddress(cluster).url;
  throw new AttributionError(
    'ATTR_USAGE',
    'the connection string names no cluster: expected Data Source=https://<cluster>.<region>.kusto.windows.net',
  );
}
