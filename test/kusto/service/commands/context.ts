import type { FakeDatabase, Policies } from '../database.ts';
import type { RunOverRows } from '../materialized-view.ts';
import type { Scanner } from '../scanner.ts';
import { syntaxError } from '../service-error.ts';
import { columnsOf, type ResultTable, type Row } from '../values.ts';

export interface CommandContext {
  readonly database: FakeDatabase;
  readonly run: RunOverRows;
  /** Whether the cluster has streaming ingestion enabled; a policy that needs it is refused otherwise. */
  readonly streamingEnabled: boolean;
  /** Runs another command, for scripts. */
  execute(command: string): ResultTable;
}

export type Command = (scanner: Scanner, context: CommandContext) => ResultTable;

/** A result in columns as the official analyser knows them: `TableName:string, Schema:string`. */
export function result(columns: string, rows: readonly Row[]): ResultTable {
  return { columns: columnsOf(columns), rows };
}

/** The sub-command whose words are next. A command that nobody here knows is an error, never silently a success. */
export function dispatch(commands: readonly (readonly [words: string, command: Command])[]): Command {
  return (scanner, context) => {
    for (const [words, command] of commands) if (scanner.try(...words.split(' '))) return command(scanner, context);
    throw syntaxError(`SYN0002: this service does not know the command '${scanner.text.slice(0, 80)}'.`);
  };
}

/** What policies belong to: with the names of the real result. */
export interface PolicyOwner {
  readonly policies: Policies;
  readonly entity: string;
  readonly type: string;
}
