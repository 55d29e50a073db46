import type { Command } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { colours, print, say } from './output.ts';

interface Flags {
  readonly schema?: true;
  readonly json?: true;
}

export function registerValidate(program: Command): void {
  program
    .command('validate')
    .description('Is this configuration file right? All problems at once, with line, rule and fix.')
    .argument('[config]', 'YAML or JSON file (default: OTEL_ATTRIBUTION_CONFIG_FILE, else ./attribution.yaml)')
    .option('--schema', 'print the JSON Schema of the file, for editors')
    .option('--json', 'one JSON object')
    .action(async (config: string | undefined, flags: Flags) => {
      if (flags.schema === true) {
        const { configJsonSchema } = await import('../engine/options.ts');
        process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
        return;
      }
      const file = config ?? (process.env.OTEL_ATTRIBUTION_CONFIG_FILE || 'attribution.yaml');
      const { checkConfig, okText } = await import('./validate/check.ts');
      const result = checkConfig(file, process.env);
      if (!result.valid) process.exitCode = exitCodes.config;
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      } else if (result.valid) {
        print(okText(result, colours()));
      } else {
        const { formatProblems } = await import('../config/problem.ts');
        say(formatProblems(result.problems));
      }
    });
}
