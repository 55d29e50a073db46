/** One query of a report or a page, what is known about its parameters, and what it reads of a database. */
import { evaluate, type KqlDatabase, type Read } from '../../kql/index.ts';
import type { Given } from './scope.ts';

export interface Question {
  /** The report or the page. */
  readonly subject: string;
  /** Which of its queries, for people. */
  readonly source: string;
  readonly text: string;
  /** What the names that it takes from outside say about time. */
  readonly given: Given;
  /** Their values, as literals. */
  readonly values: Readonly<Record<string, string>>;
}

export interface Share {
  readonly table: string;
  /** Of the rows of the table. */
  readonly share: number;
}

/** What each reference of the question hands out of what its table holds. */
export function sharesOf({ text, values }: Question, database: KqlDatabase, now: number): readonly Share[] {
  const reads: Read[] = [];
  evaluate(withValues(text, values), database, { parameters: values, now, reads });
  return sharesIn(reads, database);
}

export function sharesIn(reads: readonly Read[], database: KqlDatabase): readonly Share[] {
  return reads
    .filter(({ goesOn }) => !goesOn)
    .map(({ table, rows }) => ({ table, share: rows.length / database.tables.get(table)!.rows.length }));
}

/** As the web UI of ADX sends them: declared in front of the query. A query that declares its parameters has them from there. */
const withValues = (text: string, values: Readonly<Record<string, string>>): string =>
  text.startsWith('declare query_parameters')
    ? text
    : Object.entries(values)
        .map(([name, value]) => `let ${name} = ${value};\n`)
        .join('') + text;
