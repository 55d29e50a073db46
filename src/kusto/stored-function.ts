import type { KustoColumn, KustoType } from './names.ts';

export interface FunctionParameter {
  readonly name: string;
  readonly type: KustoType;
  /** A KQL literal, such as `dynamic([])`; parameters with defaults come last. */
  readonly default?: string;
}

/** A function that is stored in the database. */
export interface StoredFunctionDefinition {
  readonly name: string;
  readonly docstring: string;
  readonly parameters: readonly FunctionParameter[];
  /** KQL without the braces around it. */
  readonly body: string;
  /** What it returns. */
  readonly columns: readonly KustoColumn[];
}

/** `(From:datetime, To:datetime, Limit:long=10)` */
export function parametersText(fn: Pick<StoredFunctionDefinition, 'parameters'>): string {
  const texts = fn.parameters.map(
    ({ name, type, default: value }) => `${name}:${type}${value === undefined ? '' : `=${value}`}`,
  );
  return `(${texts.join(', ')})`;
}

/** `skipvalidation`: the body may name functions and views that are created after it. */
export function createFunctionCommand(fn: StoredFunctionDefinition, folder: string): string {
  const properties = `folder=${quoted(folder)}, docstring=${quoted(fn.docstring)}, skipvalidation='true'`;
  return `.create-or-alter function with (${properties}) ${fn.name}${parametersText(fn)} {\n${fn.body.trim()}\n}`;
}

/** For texts of this package: one line, escaped. */
const quoted = (text: string): string =>
  `'${text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/[\\']/g, (character) => `\\${character}`)}'`;
