import type { Command } from 'commander';

interface Flags {
  readonly write?: true;
  readonly json?: true;
}

export function registerInit(program: Command): void {
  program
    .command('init')
    .description('What this application needs to be attributed: finds what it uses, and writes the set-up.')
    .argument('[folder]', 'folder with the package.json of the application', '.')
    .option('--write', 'edit the start script and create attribution.yaml; never overwrites')
    .option('--json', 'one JSON object')
    .action(async (folder: string, flags: Flags) => {
      const { init } = await import('./init/run.ts');
      init(folder, flags);
    });
}
