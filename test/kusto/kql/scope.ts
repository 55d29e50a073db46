/** What the compiler of expressions and operators works on: tables, columns, names in sight. */
import { KqlError } from './errors.ts';
import type { Read } from './reads.ts';
import type { Node } from './tree.ts';
import type { Type, Value } from './values.ts';

export type Row = readonly Value[];

export interface Column {
  readonly name: string;
  readonly type: Type;
}

/** Shape of rows on their way. */
export interface Shape {
  readonly columns: readonly Column[];
  /** Rows have an order that functions such as `prev` may rely on. */
  readonly serialized: boolean;
  /** As `withsource` of union shows it. */
  readonly name: string | undefined;
}

export interface Table extends Shape {
  readonly rows: readonly Row[];
  /** Where someone wants to know what is read, and the rows are still those of one reference. */
  readonly read?: Read | undefined;
}

/** A compiled scalar expression. */
export interface Expr {
  readonly type: Type;
  /** Value for a row; `index` is its place in `rows`, for functions that look at other rows. */
  value(row: Row, index: number, rows: readonly Row[]): Value;
  /** Does not depend on the row. */
  readonly constant: boolean;
  /** Looks at other rows. */
  readonly window: boolean;
}

/** A compiled operator. */
export interface Stage extends Shape {
  run(rows: readonly Row[]): readonly Row[];
}

export interface Parameter {
  readonly name: string;
  readonly type: Type | 'table';
  readonly columns: readonly Column[];
  readonly default: Node | undefined;
}

export interface UserFunction {
  readonly kind: 'function';
  readonly parameters: readonly Parameter[];
  readonly body: Node;
  /** Names that the body sees. */
  readonly scope: Scope;
  readonly view: boolean;
}

export type Binding =
  | { readonly kind: 'scalar'; readonly expr: Expr }
  | { readonly kind: 'table'; readonly table: () => Table }
  | UserFunction;

/** Knows the tables and functions of the database, and compiles; breaks the circle between expressions and operators. */
export interface Engine {
  readonly now: number;
  binding(name: string): Binding | undefined;
  /** Names of tables and views of the database. */
  readonly tableNames: readonly string[];
  expression(node: Node, scope: Scope): Expr;
  /** Undefined where there is no table or view of that name. */
  tableNamed(name: string, scope: Scope): Table | undefined;
  /** What a materialized view of the database has taken up; undefined where there is no view of that name. */
  materialized(name: string): Table | undefined;
  /** Undefined where the node is no tabular expression. */
  table(node: Node, scope: Scope): Table | undefined;
  stage(node: Node, input: Shape, scope: Scope): Stage;
  /** Makes the names of a `let` or another statement known in a scope. */
  declare(statement: Node, scope: Scope): void;
  /** Functions that are being called, against those that call themselves. */
  depth: number;
}

/** Compiles a call within `summarize` if it is an aggregate. */
export type AggregateHook = (node: Node) => Expr | undefined;

/** Names in sight, innermost first. */
export class Scope {
  readonly engine: Engine;
  /** Columns of the rows that expressions are compiled for; undefined outside of rows. */
  readonly columns: readonly Column[] | undefined;
  readonly aggregate: AggregateHook | undefined;
  readonly #parent: Scope | undefined;
  readonly #names = new Map<string, Binding>();
  readonly #places: ReadonlyMap<string, number>;

  constructor(engine: Engine, parent?: Scope, columns?: readonly Column[], aggregate?: AggregateHook) {
    this.engine = engine;
    this.#parent = parent;
    this.columns = columns;
    this.aggregate = aggregate;
    this.#places = new Map(columns?.map((column, i) => [column.name, i]));
  }

  /** The same names, with the columns of a row before them. */
  withColumns(columns: readonly Column[], aggregate?: AggregateHook): Scope {
    return new Scope(this.engine, this.withoutColumns(), columns, aggregate);
  }

  /** For tables within expressions: rows of the outer query are not in sight. */
  withoutColumns(): Scope {
    return this.columns === undefined || this.#parent === undefined ? this : this.#parent;
  }

  declare(name: string, binding: Binding): void {
    this.#names.set(name, binding);
  }

  /** Place of a column in the row; -1 if there is none of that name. */
  place(name: string): number {
    return this.#places.get(name) ?? -1;
  }

  find(name: string): Binding | undefined {
    return this.#names.get(name) ?? (this.#parent === undefined ? this.engine.binding(name) : this.#parent.find(name));
  }

  /** Names of tables and views in sight, for `union View*`. */
  *tableNames(): Generator<string> {
    for (const [name, binding] of this.#names) {
      if (binding.kind === 'table' || (binding.kind === 'function' && binding.view)) yield name;
    }
    if (this.#parent === undefined) yield* this.engine.tableNames;
    else yield* this.#parent.tableNames();
  }
}

export function constant(value: Value, type: Type): Expr {
  return { type, value: () => value, constant: true, window: false };
}

/** Value of an expression that must not depend on rows. */
export function constantValue(expr: Expr, what: string): Value {
  if (!expr.constant) throw new KqlError('semantic', `${what} must be a constant`);
  return expr.value([], 0, []);
}

/** Whole number of zero or more. */
export function constantCount(expr: Expr, what: string): number {
  const value = constantValue(expr, what);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new KqlError('semantic', `${what} must be a whole number, not ${String(value)}`);
  }
  return value;
}
