/** What a visual needs of the columns of its query. */
import type { KustoColumn } from '../../../src/kusto/names.ts';
import { type AnalyserDatabase, type Analysis, analyse } from '../kql/analyser.ts';

export type Columns = readonly { readonly name: string; readonly type: string }[];

const NUMBERS = ['real', 'long', 'int'];

export const kinds = {
  number: NUMBERS,
  text: ['string'],
  time: ['datetime'],
  any: [...NUMBERS, 'string', 'datetime', 'bool'],
};

/** A spoilt dashboard shares all queries but one with the good one. */
const analyses = new WeakMap<AnalyserDatabase, Map<string, Analysis>>();

function analysed(text: string, database: AnalyserDatabase, variables: readonly KustoColumn[]): Analysis {
  let known = analyses.get(database);
  if (known === undefined) analyses.set(database, (known = new Map()));
  const key = JSON.stringify([text, variables]);
  let analysis = known.get(key);
  if (analysis === undefined) known.set(key, (analysis = analyse(text, database, { variables })));
  return analysis;
}

/** Columns of a good query; a bad one adds its diagnostics to `problems`. */
export function columnsOf(
  name: string,
  text: string,
  database: AnalyserDatabase,
  variables: readonly KustoColumn[],
  problems: string[],
): Columns {
  const { diagnostics, columns } = analysed(text, database, variables);
  for (const { code, message, start } of diagnostics)
    problems.push(`query: ${name}: ${code} ${message} at ${JSON.stringify(text.slice(start, start + 40))}`);
  if (columns === undefined || columns.length === 0) problems.push(`query: ${name}: returns no table`);
  return columns ?? [];
}

export function needColumn(
  name: string,
  columns: Columns,
  wanted: unknown,
  types: readonly string[],
  problems: string[],
): void {
  const found = columns.find((column) => column.name === wanted);
  if (found === undefined) problems.push(`columns: ${name}: no column ${JSON.stringify(wanted)}`);
  else if (!types.includes(found.type)) problems.push(`columns: ${name}: ${found.name} is ${found.type}`);
}
