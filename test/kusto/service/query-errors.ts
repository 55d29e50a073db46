/** Why a query cannot run, in the words of the real service: clients look for names that are not there. */
import type { KustoColumn } from '../../../src/kusto/names.ts';
import { type AnalyserDatabase, analyse, type KqlDatabase, KqlError } from '../kql/index.ts';
import type { FakeDatabase } from './database.ts';
import { internalError, semanticError, syntaxError } from './service-error.ts';

const NAME = "The name '([^']*)' does not refer to any known";

const sentences: readonly (readonly [analyser: RegExp, service: (name: string, count?: string) => string])[] = [
  [
    /^The function '([^']*)' expects (\d+) arguments?/,
    (name, count) => `SEM0219: ${name}(): function expects ${count} argument(s).`,
  ],
  [new RegExp(`${NAME} function`), (name) => `SEM0260: Unknown function: '${name}'.`],
  [new RegExp(`${NAME} materialized view`), (name) => `SEM0100: Failed to resolve materialized view named '${name}'`],
  // A table where a table must be, a column or a table elsewhere.
  [new RegExp(NAME), (name) => `SEM0100: Failed to resolve table or column expression named '${name}'`],
];

/**
 * What the official analyser says comes first. What only the evaluator cannot do is an error of the service, so that no test takes it for
 * its own.
 */
export function queryError(error: unknown, text: string, database: AnalyserDatabase): unknown {
  if (!(error instanceof KqlError)) return error;
  if (error.code === 'syntax') return syntaxError(error.message);
  const found = analyse(text, database).diagnostics.find(({ severity }) => severity === 'Error');
  if (found !== undefined) {
    for (const [pattern, sentence] of sentences) {
      const [, name, count] = pattern.exec(found.message) ?? [];
      if (name !== undefined) return semanticError(sentence(name, count));
    }
    return semanticError(found.message);
  }
  return error.code === 'unsupported'
    ? internalError(`The fake service cannot run this query: ${error.message}`, 501)
    : semanticError(error.message);
}

/** The same names, as the analyser wants them. */
export function analyserDatabase(
  { tables, functions }: KqlDatabase,
  { views }: Pick<FakeDatabase, 'views'>,
): AnalyserDatabase {
  const columns = new Map(Array.from(tables, ([name, table]) => [name, table.columns as readonly KustoColumn[]]));
  const isView = ([name]: [string, unknown]) => views.has(name);
  return {
    tables: new Map([...columns].filter((entry) => !isView(entry))),
    views: new Map([...columns].filter(isView)),
    functions: [...functions.values()],
  };
}
