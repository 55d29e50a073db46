import { type Command, InvalidArgumentError } from 'commander';

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
    .option('--for <seconds>', 'how long the command is run', seconds, 10)
    .option('--project <folder>', 'folder with the package.json of the application', '.')
    .option('--json', 'one JSON object')
    .action(async (command: string[], _: unknown, self: Command) => {
      const { directory, project, json, for: forSeconds } = self.optsWithGlobals<Flags>();
      const asked = self.parent?.getOptionValueSource('directory') === 'cli';
      const { doctor } = await import('./doctor/run.ts');
      await doctor({ project, command, seconds: forSeconds, ...(asked && { directory }), json: json === true });
    });
}

const SECONDS_MAX = 3_600;

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= SECONDS_MAX) return value;
  throw new InvalidArgumentError(`must be a number of seconds, at most ${SECONDS_MAX}`);
}
