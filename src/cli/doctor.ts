import type { Command } from 'commander';
import { forOption } from './flags.ts';

interface Flags {
  readonly directory: string;
  readonly project: string;
  readonly json?: true;
  readonly for: number;
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Why does nothing show up? Checks packages, start command, environment, processes and files.')
    .argument(
      '[command...]',
      'after --: the command that starts the application: run for a while, and looked at from inside',
    )
    .addOption(forOption('how long the command is run').default(10_000, '10s'))
    .option('--project <folder>', 'folder with the package.json of the application', '.')
    .option('--json', 'one JSON object')
    .action(async (command: string[], _: unknown, self: Command) => {
      const { directory, project, json, for: forMs } = self.optsWithGlobals<Flags>();
      const asked = self.parent?.getOptionValueSource('directory') === 'cli';
      const { doctor } = await import('./doctor/run.ts');
      await doctor({ project, command, seconds: forMs / 1000, ...(asked && { directory }), json: json === true });
    });
}
