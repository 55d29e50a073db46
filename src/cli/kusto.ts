import type { Command } from 'commander';
import { registerDashboard } from './kusto/dashboard.ts';
import { registerEstimate } from './kusto/estimate.ts';
import { registerSchema } from './kusto/schema.ts';

export function registerKusto(program: Command): void {
  const kusto = program
    .command('kusto')
    .description('Attribution in Azure Data Explorer or Fabric: schema, size and money, dashboards.');
  registerSchema(kusto);
  registerEstimate(kusto);
  registerDashboard(kusto);
}
