/**
 * Microsoft's own KQL language service, loaded once and only when first asked for (0.15 s, 50 MB): it is C# turned into JavaScript and sets
 * globals. Only the part of its surface that is used here is typed; its own declarations are 1.7 MB.
 */
import { createRequire } from 'node:module';

/** A node or token of the official syntax tree. */
export interface BridgeNode {
  readonly Kind: number;
  readonly ChildCount: number;
  /** Of its first token, after the blanks before it. */
  readonly TextStart: number;
  /** Of tokens: without quotes and the name of the type. */
  readonly ValueText?: string;
  GetChild(index: number): BridgeNode | null;
  GetName(index: number): string;
}

export interface BridgeList<T> {
  readonly Count: number;
  /** Never there: tells lists of different things apart. */
  readonly element?: T;
}

export interface BridgeSymbol {
  readonly Name: string;
}

export interface BridgeColumn extends BridgeSymbol {
  readonly Type: BridgeSymbol;
}

export interface BridgeTable extends BridgeSymbol {
  readonly Columns: BridgeList<BridgeColumn>;
  WithName(name: string): BridgeTable;
}

export interface BridgeDiagnostic {
  readonly Code: string;
  readonly Message: string;
  readonly Start: number;
  readonly Length: number;
  readonly Severity: string;
}

export interface BridgeCode {
  readonly Syntax: BridgeNode;
  /** Undefined or null where the analyser does not know the result: of commands that it does not know. */
  readonly ResultType: BridgeSymbol | null | undefined;
  GetSyntaxDiagnostics(): BridgeList<BridgeDiagnostic>;
  GetDiagnostics(): BridgeList<BridgeDiagnostic>;
}

export interface BridgeFunction extends BridgeSymbol {
  readonly ResultNameKind: number;
  readonly ResultNamePrefix: string | null;
}

export interface BridgeGlobals {
  readonly Functions: BridgeList<BridgeFunction>;
  readonly Aggregates: BridgeList<BridgeFunction>;
  WithDatabase(database: BridgeSymbol): BridgeGlobals;
  WithParameters(parameters: readonly BridgeSymbol[]): BridgeGlobals;
}

type Constructor<A extends readonly unknown[], T> = new (...args: A) => T;

export interface KustoLanguage {
  readonly KustoCode: {
    Parse(text: string): BridgeCode;
    ParseAndAnalyze(text: string, globals: BridgeGlobals): BridgeCode;
  };
  readonly GlobalState: { readonly Default: BridgeGlobals };
  readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, number>> };
  readonly Symbols: {
    readonly TableSymbol: { From(schema: string): BridgeTable };
    readonly DatabaseSymbol: {
      readonly ctor: Constructor<[name: string, members: readonly BridgeSymbol[]], BridgeSymbol>;
    };
    readonly FunctionSymbol: {
      readonly $ctor16: Constructor<
        [name: string, parameters: string, body: string, about: string | null],
        BridgeSymbol
      >;
    };
    readonly MaterializedViewSymbol: {
      readonly $ctor3: Constructor<
        [name: string, schema: string, query: string | null, about: string | null],
        BridgeSymbol
      >;
    };
    readonly ParameterSymbol: Constructor<[name: string, type: BridgeSymbol, about: string | null], BridgeSymbol>;
    readonly ScalarTypes: { GetSymbol(name: string): BridgeSymbol };
  };
}

let loaded: KustoLanguage | undefined;

export function kustoLanguage(): KustoLanguage {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url);
    require('@kusto/language-service-next/bridge.min.js');
    require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
    loaded = (globalThis as unknown as { Kusto: { Language: KustoLanguage } }).Kusto.Language;
  }
  return loaded;
}

export function bridgeArray<T>(list: BridgeList<T>): T[] {
  return (globalThis as unknown as { Bridge: { toArray(list: BridgeList<T>): T[] } }).Bridge.toArray(list);
}

/** Name of the class of a node, such as `BinaryExpression`. */
export function bridgeClass(node: object): string {
  const name = (node.constructor as unknown as { $$name: string }).$$name;
  const generic = name.indexOf('$');
  const whole = generic < 0 ? name : name.slice(0, generic);
  return whole.slice(whole.lastIndexOf('.') + 1);
}
