/** `mv-expand` and `mv-apply`. */
import { heldType } from './dynamic.ts';
import { semantic, unsupported } from './errors.ts';
import { declaredType } from './literals.ts';
import { derivedName } from './naming.ts';
import { type Column, constantCount, type Expr, type Row, type Scope, type Shape, type Stage } from './scope.ts';
import { child, list, type Node, namedParameters, nameOf } from './tree.ts';
import { Boxed, isArray, isBag, type Type, type Value } from './values.ts';

interface Expansion {
  readonly columns: readonly Column[];
  /** Names of the columns that hold expanded values. */
  readonly expanded: readonly string[];
  /** The rows that one row becomes. */
  expand(row: Row, index: number, rows: readonly Row[]): Row[];
}

export function mvExpand(node: Node, input: Shape, scope: Scope): Stage {
  const { columns, expand } = expansion(node, input, scope);
  return { ...input, columns, run: (rows) => rows.flatMap((row, index) => expand(row, index, rows)) };
}

function expansion(node: Node, input: Shape, scope: Scope): Expansion {
  const parameters = namedParameters(node);
  const pairs = (parameters.get('kind') ?? parameters.get('bagexpansion'))?.text === 'array';
  const indexName = parameters.get('with_itemindex');
  const clause = node.fields.RowLimitClause;
  const inner = scope.withColumns(input.columns);
  const limit =
    clause === undefined
      ? Number.POSITIVE_INFINITY
      : constantCount(scope.engine.expression(child(clause, 'RowLimit'), inner), 'limit');
  const columns = [...input.columns];
  const sources = list(node, 'Expressions').map((item) => {
    const { name, expr, type } = source(item, inner);
    const known = columns.findIndex((column) => column.name === name);
    const column = { name, type };
    if (known < 0) columns.push(column);
    else columns[known] = column;
    return { expr, type, name, place: known < 0 ? columns.length - 1 : known };
  });
  const indexPlace = indexName === undefined ? -1 : columns.push({ name: nameOf(indexName), type: 'long' }) - 1;
  const expand = (row: Row, index: number, rows: readonly Row[]): Row[] => {
    const items = sources.map(({ expr }) => itemsOf(expr.value(row, index, rows), pairs));
    const length = Math.min(limit, Math.max(...items.map((values) => values.length)));
    return Array.from({ length }, (_, i) => {
      const result = row.slice();
      sources.forEach(({ place, type }, j) => {
        result[place] = held(items[j]![i] ?? null, type);
      });
      if (indexPlace >= 0) result[indexPlace] = i;
      return result;
    });
  };
  return { columns, expanded: sources.map(({ name }) => name), expand };
}

function source(item: Node, scope: Scope): { name: string; expr: Expr; type: Type } {
  const whole = child(item, 'Expression');
  const named = whole.is === 'SimpleNamedExpression';
  const node = named ? child(whole, 'Expression') : whole;
  const expr = scope.engine.expression(node, scope);
  if (expr.type !== 'dynamic') semantic(`mv-expand of ${expr.type}, which is not dynamic`);
  const clause = item.fields.ToTypeOf;
  const type = clause === undefined ? 'dynamic' : declaredType(child(clause, 'TypeOf'));
  const name = named
    ? nameOf(child(whole, 'Name'))
    : (derivedName(node) ?? unsupported('mv-expand of an expression without a name'));
  return { name, expr, type };
}

/** Null stands for one null; an empty array for nothing. */
function itemsOf(value: Value, pairs: boolean): readonly Value[] {
  if (isArray(value)) return value;
  if (isBag(value)) return Object.entries(value).map(([key, item]) => (pairs ? [key, item] : { [key]: item }));
  return [value];
}

/** `to typeof(…)` does not convert: it takes values that have the type. */
function held(value: Value, type: Type): Value {
  if (type === 'dynamic') return value;
  if (value === null) return type === 'string' ? '' : null;
  const from = heldType(value);
  const bare = value instanceof Boxed ? value.value : value;
  if (from === type) return bare;
  if (type === 'real' && from === 'long') return Number(bare);
  if (type === 'int' && from === 'long' && bare === (Number(bare) | 0)) return bare;
  return unsupported(`mv-expand of ${from} to typeof(${type})`);
}

/** Runs a pipe over the rows that each row becomes; the columns of the row stay beside its results. */
export function mvApply(node: Node, input: Shape, scope: Scope): Stage {
  const { columns, expanded, expand } = expansion(node, input, scope);
  const pipe = pipeOf(
    child(child(node, 'Subquery'), 'Expression'),
    { columns, serialized: input.serialized, name: undefined },
    scope,
  );
  const kept = input.columns.flatMap((column, i) => (expanded.includes(column.name) ? [] : [{ column, i }]));
  const result = kept.map(({ column }) => column);
  const places = pipe.columns.map((column) => {
    const known = result.findIndex((found) => found.name === column.name);
    if (known < 0) return result.push(column) - 1;
    result[known] = column;
    return known;
  });
  const run = (rows: readonly Row[]): Row[] =>
    rows.flatMap((row, index) =>
      pipe.run(expand(row, index, rows)).map((found) => {
        const line: Value[] = kept.map(({ i }) => row[i] ?? null);
        places.forEach((place, i) => {
          line[place] = found[i] ?? null;
        });
        return line;
      }),
    );
  return { ...input, serialized: false, columns: result, run };
}

function pipeOf(node: Node, input: Shape, scope: Scope): Stage {
  if (node.is !== 'PipeExpression') return scope.engine.stage(node, input, scope);
  const before = pipeOf(child(node, 'Expression'), input, scope);
  const last = scope.engine.stage(child(node, 'Operator'), before, scope);
  return { ...last, run: (rows) => last.run(before.run(rows)) };
}
