/** Microsoft's analyser as a gate for every text of this package: what it finds wrong, and which columns come out. */
import type { KustoColumn } from '../../../src/kusto/names.ts';
import {
  type BridgeGlobals,
  type BridgeNode,
  type BridgeSymbol,
  type BridgeTable,
  bridgeArray,
  bridgeClass,
  kustoLanguage,
} from './language.ts';

export interface StoredFunction {
  readonly name: string;
  /** With parentheses: `(_from:datetime, _n:long=10)`. */
  readonly parameters: string;
  /** With braces. */
  readonly body: string;
}

/** What a text may refer to. Must not change once it was analysed against: what is made of it is kept. */
export interface AnalyserDatabase {
  readonly tables: ReadonlyMap<string, readonly KustoColumn[]>;
  readonly views?: ReadonlyMap<string, readonly KustoColumn[]>;
  readonly functions: readonly StoredFunction[];
}

export interface Diagnostic {
  /** `KS142` and the like. */
  readonly code: string;
  readonly message: string;
  /** Offset in the text, and length, in UTF-16 units. */
  readonly start: number;
  readonly length: number;
  readonly severity: string;
}

export interface Analysis {
  /** Errors, warnings and suggestions; empty for a good text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined where the result is no table. A type that the analyser cannot tell is `unknown`. */
  readonly columns: readonly { readonly name: string; readonly type: string }[] | undefined;
  /** False for a command that the analyser does not know, also inside a script: it says nothing against one, whatever it holds. */
  readonly known: boolean;
}

export interface AnalyseOptions {
  /** Names that the text uses without declaring them: parameters of a dashboard. */
  readonly variables?: readonly KustoColumn[];
}

const states = new WeakMap<AnalyserDatabase, BridgeGlobals>();

/** Analyses one query or one command (which may be a script). */
export function analyse(text: string, database: AnalyserDatabase, options: AnalyseOptions = {}): Analysis {
  const code = kustoLanguage().KustoCode.ParseAndAnalyze(text, globals(database, options.variables ?? []));
  const result = code.ResultType ?? undefined;
  const columns = result === undefined ? undefined : (result as BridgeTable).Columns;
  return {
    diagnostics: bridgeArray(code.GetDiagnostics()).map((found) => ({
      code: found.Code,
      message: found.Message,
      start: found.Start,
      length: found.Length,
      severity: found.Severity,
    })),
    columns:
      columns === undefined
        ? undefined
        : bridgeArray(columns).map((column) => ({ name: column.Name, type: column.Type.Name })),
    known: result !== undefined && !hasUnread(code.Syntax),
  };
}

function globals(database: AnalyserDatabase, variables: readonly KustoColumn[]): BridgeGlobals {
  const { ParameterSymbol, ScalarTypes } = kustoLanguage().Symbols;
  let state = states.get(database);
  if (state === undefined) {
    state = globalsOf(database);
    states.set(database, state);
  }
  if (variables.length === 0) return state;
  return state.WithParameters(
    variables.map(({ name, type }) => new ParameterSymbol(name, ScalarTypes.GetSymbol(type), null)),
  );
}

function globalsOf(database: AnalyserDatabase): BridgeGlobals {
  const { GlobalState, Symbols } = kustoLanguage();
  const members: BridgeSymbol[] = [];
  for (const [name, columns] of database.tables) {
    members.push(Symbols.TableSymbol.From(schemaText(columns)).WithName(name));
  }
  for (const [name, columns] of database.views ?? []) {
    members.push(new Symbols.MaterializedViewSymbol.$ctor3(name, schemaText(columns), null, null));
  }
  for (const { name, parameters, body } of database.functions) {
    members.push(new Symbols.FunctionSymbol.$ctor16(name, parameters, body, null));
  }
  return GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('database', members));
}

function schemaText(columns: readonly KustoColumn[]): string {
  return `(${columns.map(({ name, type }) => `['${name}']: ${type}`).join(', ')})`;
}

function hasUnread(node: BridgeNode): boolean {
  const kind = bridgeClass(node);
  if (kind === 'UnknownCommand' || kind === 'SkippedTokens') return true;
  for (let i = 0; i < node.ChildCount; i++) {
    const child = node.GetChild(i);
    if (child !== null && hasUnread(child)) return true;
  }
  return false;
}
