/**
 * Evaluates KQL over tables in memory, by the official syntax tree: for tests only, and only what the queries of this package use. What it
 * does not know it refuses; what it claims to know is held against recorded answers of the real engine (corpus.test.ts).
 */

import type { StoredFunction } from './analyser.ts';
import { plain } from './dynamic.ts';
import { run, type World } from './engine.ts';
import { KqlError } from './errors.ts';
import { Read } from './reads.ts';
import { type Binding, type Row, Scope, type Table } from './scope.ts';
import { child, list, type Node, nodes, parse } from './tree.ts';
import { parametersOf } from './user-functions.ts';
import { type Long, millisecondsOf, type Time, type Type, type Value } from './values.ts';

/**
 * Outside the evaluator: text; int, long and real as numbers (long as a bigint where a number is not exact); bool; datetime and timespan as
 * milliseconds; dynamic as plain JSON; null.
 */
export type KqlValue = string | number | bigint | boolean | null | object;

export interface KqlColumn {
  readonly name: string;
  readonly type: Type;
}

export interface KqlTable {
  readonly columns: readonly KqlColumn[];
  readonly rows: readonly (readonly KqlValue[])[];
}

/** Read while a query runs, never changed; rows are not copied. */
export interface KqlDatabase {
  readonly name: string;
  /** Tables and materialized views. */
  readonly tables: ReadonlyMap<string, KqlTable>;
  /**
   * The part of each materialized view that has been taken up: what `materialized_view()` returns. The view by its name, among the
   * tables, returns what came since as well. Only what is named here is a view.
   */
  readonly materialized?: ReadonlyMap<string, KqlTable>;
  readonly functions: ReadonlyMap<string, StoredFunction>;
}

export interface EvaluateOptions {
  /** Values of query parameters: literals of KQL as text, as on the wire. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What `now()` says, in milliseconds since 1970. */
  readonly now?: number;
  /** Gets what the query reads. */
  readonly reads?: Read[];
}

/** @throws KqlError */
export function evaluate(text: string, database: KqlDatabase, options: EvaluateOptions = {}): KqlTable {
  const { columns, rows } = evaluateExactly(text, database, options);
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: outer(
      columns.map(({ type }) => type),
      rows,
    ),
  };
}

/** With values as they are inside: times to the tick, reals told from longs. */
export function evaluateExactly(text: string, database: KqlDatabase, options: EvaluateOptions = {}): Table {
  return run(parse(text), worldOf(database, options));
}

function worldOf(database: KqlDatabase, options: EvaluateOptions): World {
  const { parameters: given = {}, reads } = options;
  return {
    now: options.now ?? Date.now(),
    tableNames: [...database.tables.keys()],
    parameter: (name) => (Object.hasOwn(given, name) ? parameterValue(name, given[name]!) : undefined),
    materialized(name) {
      const part = database.materialized?.get(name);
      return part === undefined ? undefined : named(name, part, reads);
    },
    binding(name, engine) {
      const table = database.tables.get(name);
      if (table !== undefined) return { kind: 'table', table: () => named(name, table, reads) };
      const stored = database.functions.get(name);
      return stored === undefined ? undefined : storedBinding(stored, new Scope(engine));
    },
  };
}

const named = (name: string, { columns, rows }: KqlTable, reads: Read[] | undefined): Table => ({
  columns,
  rows: rows as readonly Row[],
  serialized: false,
  name,
  ...(reads === undefined ? {} : { read: new Read(name, rows as readonly Row[], reads) }),
});

function storedBinding({ parameters, body }: StoredFunction, scope: Scope): Binding {
  const [statement] = list(parse(`let stored = ${parameters} ${body}`), 'Statements');
  const declaration = child(statement!, 'Expression');
  return {
    kind: 'function',
    parameters: parametersOf(declaration),
    body: child(declaration, 'Body'),
    scope,
    view: false,
  };
}

/** Nodes that a value may consist of: nothing that could compute or look at data. */
const literalNodes = new Set([
  'LiteralExpression',
  'DynamicExpression',
  'PrefixUnaryExpression',
  'JsonArrayExpression',
  'JsonObjectExpression',
  'JsonPair',
  'List',
  'Token',
]);

function parameterValue(name: string, text: string): Node {
  const statements = list(parse(`print ${text}`), 'Statements');
  const [statement] = statements;
  const values = statement?.is === 'ExpressionStatement' ? list(child(statement, 'Expression'), 'Expressions') : [];
  if (
    statements.length === 1 &&
    values.length === 1 &&
    [...nodes(values[0]!)].every((node) => literalNodes.has(node.is))
  ) {
    return values[0]!;
  }
  throw new KqlError('semantic', `the value of the query parameter ${name} is no literal`);
}

function outer(types: readonly Type[], rows: readonly Row[]): KqlValue[][] {
  return rows.map((row) => types.map((type, i) => outerValue(row[i] ?? null, type)));
}

function outerValue(value: Value, type: Type): KqlValue {
  if (value === null) return type === 'string' ? '' : null;
  switch (type) {
    case 'datetime':
    case 'timespan':
      return millisecondsOf(value as Time);
    case 'dynamic':
      return plain(value) as KqlValue;
    default:
      return value as Long | string | boolean;
  }
}
