import type { Command } from 'commander';

interface Flags {
  readonly directory: string;
  readonly project: string;
  readonly json?: true;
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Why does nothing show up? Checks packages, start command, environment, processes and files.')
    .argument('[command...]', 'after --: the command that starts the application, to be looked at, not run')
    .option('--project <folder>', 'folder with the package.json of the application', '.')
    .option('--json', 'one JSON object')
    .action(async (command: string[], _: unknown, self: Command) => {
      const { directory, project, json } = self.optsWithGlobals<Flags>();
      const asked = self.parent?.getOptionValueSource('directory') === 'cli';
      const { doctor } = await import('./doctor/run.ts');
      await doctor({ project, command, ...(asked && { directory }), json: json === true });
    });
}
