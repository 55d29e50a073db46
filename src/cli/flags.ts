import { type Command, Option } from 'commander';

interface Flag {
  readonly value: string;
  readonly help: string;
  readonly choices?: readonly string[];
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
