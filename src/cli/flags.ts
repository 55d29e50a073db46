import { type Command, Option } from 'commander';
import { parseDuration, usage } from '../reports/time.ts';

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

/** `--for`, in milliseconds: how long a look from outside goes on. */
export function forOption(help: string): Option {
  return new Option('--for <duration>', help).argParser((text) => {
    const ms = parseDuration(text, '--for');
    if (ms < 1_000 || ms > 86_400_000) throw usage(`--for is ${JSON.stringify(text)}: expected 1s to 1d`);
    return ms;
  });
}
