import type { Command } from 'commander';
import { READS, waysText } from './explain/sources.ts';

interface Flags {
  readonly config?: string;
  readonly service?: string;
  readonly json?: true;
}

export function registerExplain(program: Command): void {
  program
    .command('explain')
    .description('What becomes of this span? Which rule fires, what it reads and yields, and why the others do not.')
    .argument('<span.json>', READS)
    .option('--config <file>', 'configuration with presets and rules (default: OTEL_ATTRIBUTION_CONFIG_FILE)')
    .option('--service <name>', 'service.name, where the input does not say it')
    .option('--json', 'one JSON object')
    .addHelpText('after', waysText)
    .action(async (file: string, flags: Flags) => {
      const { explainFile } = await import('./explain/run.ts');
      await explainFile(file, flags);
    });
}
