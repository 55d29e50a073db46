/** `summarize` and `distinct`. */

import { singleAggregates } from './aggregates.ts';
import { manyAggregates } from './aggregates-many.ts';
import { namedExpressions } from './columns.ts';
import { keyOf } from './compare.ts';
import { semantic, unsupported } from './errors.ts';
import { ColumnNames, derivedName } from './naming.ts';
import type { Column, Expr, Row, Scope, Shape, Stage } from './scope.ts';
import { child, list, type Node, nameOf } from './tree.ts';
import type { Value } from './values.ts';

interface Group {
  readonly keys: readonly Value[];
  readonly rows: Row[];
}

/** One aggregate, whose value for the group in hand is at a place of a row of such values. */
type Slot = (rows: readonly Row[]) => Value;

export function distinct(node: Node, input: Shape, scope: Scope): Stage {
  const nodes = list(node, 'Expressions');
  const inner = scope.withColumns(input.columns);
  const all = nodes.length === 1 && nodes[0]!.is === 'StarExpression';
  const named = all
    ? input.columns.map(({ name }) => ({ name, expr: columnExpr(inner, name) }))
    : namedExpressions(nodes, inner);
  const names = new ColumnNames();
  const columns = named.map(({ name, expr }) => ({
    name: name === undefined ? names.takeUnnamed() : names.take(name),
    type: expr.type,
  }));
  const exprs = named.map(({ expr }) => expr);
  refuseDynamic(exprs);
  return { columns, serialized: false, name: undefined, run: (rows) => groups(rows, exprs).map(({ keys }) => keys) };
}

function columnExpr(scope: Scope, name: string): Expr {
  const place = scope.place(name);
  const { type } = scope.columns![place]!;
  return { type, value: (row) => row[place] ?? (type === 'string' ? '' : null), constant: false, window: false };
}

function refuseDynamic(keys: readonly Expr[]): void {
  if (keys.some((key) => key.type === 'dynamic')) semantic('a dynamic value cannot be a group key: cast it first');
}

/** In the order in which they appear. */
function groups(rows: readonly Row[], keys: readonly Expr[]): Group[] {
  const found = new Map<Value, Group>();
  const [only] = keys;
  const single = keys.length === 1;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const values = single ? [only!.value(row, i, rows)] : keys.map((key) => key.value(row, i, rows));
    // Values of one type tell themselves apart; -0 and 0 are the same key for a Map.
    const key = single ? values[0]! : keyOf(values);
    const group = found.get(key);
    if (group === undefined) found.set(key, { keys: values, rows: [row] });
    else group.rows.push(row);
  }
  return [...found.values()];
}

export function summarize(node: Node, input: Shape, scope: Scope): Stage {
  const inner = scope.withColumns(input.columns);
  const clause = node.fields.ByClause;
  const by = clause === undefined ? [] : namedExpressions(list(clause, 'Expressions'), inner);
  const keys = by.map(({ expr }) => expr);
  refuseDynamic(keys);
  const names = new ColumnNames();
  const keyColumns = by.map(({ name, expr }) => ({
    name: name === undefined ? names.takeUnnamed() : names.take(name),
    type: expr.type,
  }));
  const slots: Slot[] = [];
  const plain = clause === undefined ? [] : list(clause, 'Expressions').flatMap(referredColumn);
  const results = list(node, 'Aggregates').flatMap((item) => aggregated(item, inner, slots, names, plain));
  const columns: Column[] = [...keyColumns, ...results.map(({ column }) => column)];
  const run = (rows: readonly Row[]): Row[] => {
    // Without keys there is one group, also of no rows.
    const all: Group[] = clause === undefined ? [{ keys: [], rows: rows as Row[] }] : groups(rows, keys);
    return all.map((group) => {
      const values = slots.map((slot) => slot(group.rows));
      return [...group.keys, ...results.map(({ expr }) => expr.value(values, 0, []))];
    });
  };
  return { columns, serialized: false, name: undefined, run };
}

/** Columns that are keys as they are: `*` leaves them out. */
function referredColumn(key: Node): string[] {
  const node = key.is === 'SimpleNamedExpression' ? child(key, 'Expression') : key;
  return node.is === 'NameReference' ? [nameOf(node)] : [];
}

interface Result {
  readonly column: Column;
  /** Of the row of aggregates. */
  readonly expr: Expr;
}

function aggregated(item: Node, scope: Scope, slots: Slot[], names: ColumnNames, keys: readonly string[]): Result[] {
  const named = namesGiven(item);
  const node = named === undefined ? item : child(item, 'Expression');
  const many = columnsOf(node, scope, slots, keys);
  if (many !== undefined) {
    return many.map(({ name, expr }, i) => ({
      column: { name: names.take(named?.[i] ?? name), type: expr.type },
      expr,
    }));
  }
  if (named !== undefined && named.length > 1) semantic('more names than columns in summarize');
  const expr = scope.engine.expression(
    node,
    scope.withColumns([], (call) => slotOf(call, scope, slots)),
  );
  const name = named?.[0] ?? derivedName(node);
  return [{ column: { name: name === undefined ? names.takeUnnamed() : names.take(name), type: expr.type }, expr }];
}

function namesGiven(item: Node): string[] | undefined {
  if (item.is === 'SimpleNamedExpression') return [nameOf(child(item, 'Name'))];
  return item.is === 'CompoundNamedExpression' ? list(child(item, 'Names'), 'Names').map(nameOf) : undefined;
}

function slotOf(node: Node, scope: Scope, slots: Slot[]): Expr | undefined {
  const name = nameOf(child(node, 'Name'));
  const compile = singleAggregates[name];
  if (compile === undefined) return name in manyAggregates ? unsupported(`${name} within an expression`) : undefined;
  const { type, value } = compile(list(child(node, 'ArgumentList'), 'Expressions').map((arg) => argument(arg, scope)));
  return slot(type, value, slots);
}

function argument(node: Node, scope: Scope): Expr {
  const expr = scope.engine.expression(node, scope);
  return expr.window ? semantic('an aggregate of a function that looks at other rows') : expr;
}

function slot(type: Expr['type'], value: Slot, slots: Slot[]): Expr {
  const place = slots.push(value) - 1;
  return { type, value: (row) => row[place]!, constant: false, window: false };
}

/** Columns of an aggregate that gives several; undefined for others. */
function columnsOf(
  node: Node,
  scope: Scope,
  slots: Slot[],
  keys: readonly string[],
): { name: string; expr: Expr }[] | undefined {
  if (node.is !== 'FunctionCallExpression') return undefined;
  const name = nameOf(child(node, 'Name'));
  const compile = manyAggregates[name];
  if (compile === undefined || scope.find(name)?.kind === 'function') return undefined;
  const args = list(child(node, 'ArgumentList'), 'Expressions').flatMap((arg) => {
    if (arg.is !== 'StarExpression') return [{ name: derivedName(arg), expr: argument(arg, scope) }];
    const first = list(child(node, 'ArgumentList'), 'Expressions').map((other) =>
      other === arg ? undefined : derivedName(other),
    );
    return scope
      .columns!.filter((column) => !keys.includes(column.name) && !first.includes(column.name))
      .map((column) => ({ name: column.name, expr: columnExpr(scope, column.name) }));
  });
  return compile(args).map(({ name: column, type, value }) => ({ name: column, expr: slot(type, value, slots) }));
}
