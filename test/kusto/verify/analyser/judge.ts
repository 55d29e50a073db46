import type { KustoColumn } from '../../../../src/kusto/names.ts';
import { type AnalyserDatabase, analyse } from '../../kql/analyser.ts';
import type { Text } from './text.ts';

/** What the official analyser has against a text, and what it returns other than declared; one line each. */
export function diagnosticsOf(text: Text, database: AnalyserDatabase): string[] {
  const { diagnostics, columns, known } = analyse(text.text, database, { variables: text.variables ?? [] });
  const found = diagnostics.map(({ code, message, start, length }) => {
    const line = text.text.slice(0, start).split('\n').length;
    return `${code} ${message} (line ${line}: ${JSON.stringify(text.text.slice(start, start + length).slice(0, 80))})`;
  });
  if (!known) found.push('the analyser does not know this command');
  if (text.columns !== undefined && found.length === 0) found.push(...columnProblems(text, columns ?? []));
  return found.map((problem) => `${text.source}: ${problem}`);
}

function columnProblems(text: Text, found: readonly { readonly name: string; readonly type: string }[]): string[] {
  const show = (columns: readonly { readonly name: string; readonly type: string }[] | readonly KustoColumn[]) => {
    const shown = columns.map(({ name, type }) => `${name}:${type}`);
    return (text.anyOrder === true ? shown.sort() : shown).join(', ');
  };
  const [declared, returned] = [show(text.columns ?? []), show(found)];
  return declared === returned ? [] : [`returns (${returned}), declared (${declared})`];
}
