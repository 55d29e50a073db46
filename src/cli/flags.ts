import { type Command, Option } from 'commander';
import { usage } from '../reports/time.ts';

interface Flag {
  readonly value: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

const ofSeveral = new WeakSet<Command>();

/** `-d` may be given more than once; to other commands that is an error. */
export const takesSeveralDirectories = (command: Command): void => void ofSeveral.add(command);

/** Adds `-d` to the program: a text, or a list where it is given more than once. */
export function addDirectoryOption(program: Command, fallback: string): Command {
  const given: string[] = [];
  const collect = (directory: string): string | string[] => {
    given.push(directory);
    return given.length === 1 ? directory : given;
  };
  return program
    .option(
      '-d, --directory <path>',
      'directory of parts and store; reports read several: -d a -d b',
      collect,
      fallback,
    )
    .hook('preAction', (_, command) => {
      if (given.length > 1 && !ofSeveral.has(command))
        throw usage(`${command.name()} is about one directory, and ${given.length} are given: ${given.join(', ')}`);
    });
}

/** Adds options that are declared elsewhere, by name in camelCase. */
export function addFlags(command: Command, flags: Readonly<Record<string, Flag>>): Command {
  for (const [name, { value, help, choices }] of Object.entries(flags)) {
    const option = new Option(`${flagOf(name)} <${value}>`, help);
    command.addOption(choices === undefined ? option : option.choices(choices));
  }
  return command;
}

/** `--connection-string` of `connectionString`. */
export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
