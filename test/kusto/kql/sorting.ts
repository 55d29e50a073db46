/** `sort`, `top`. */
import { comparison } from './compare.ts';
import { constantCount, type Row, type Scope, type Shape, type Stage } from './scope.ts';
import { child, list, type Node } from './tree.ts';
import type { Value } from './values.ts';

type RowOrder = (rows: readonly Row[]) => Row[];

/** Descending unless the text says otherwise; nulls (and NaN) come first when ascending and last when descending. */
function rowOrder(keys: readonly Node[], input: Shape, scope: Scope): RowOrder {
  const inner = scope.withColumns(input.columns);
  const orders = keys.map((key) => {
    const ordering = key.is === 'OrderedExpression' ? child(key, 'Ordering') : undefined;
    const expr = scope.engine.expression(ordering === undefined ? key : child(key, 'Expression'), inner);
    const ascending = ordering?.fields.AscOrDescKeyword?.text === 'asc';
    const nulls = ordering?.fields.NullsClause?.fields.FirstOrLastKeyword?.text;
    const nullsFirst = nulls === undefined ? ascending : nulls === 'first';
    const compare = comparison(expr.type);
    return { expr, compare: (a: Value, b: Value) => compareKeys(a, b, compare, ascending ? 1 : -1, nullsFirst) };
  });
  return (rows) => {
    const places = rows.map((_, i) => i);
    const columns = orders.map(({ expr }) => rows.map((row, index) => expr.value(row, index, rows)));
    places.sort((a, b) => {
      for (let i = 0; i < orders.length; i++) {
        const order = orders[i]!.compare(columns[i]![a]!, columns[i]![b]!);
        if (order !== 0) return order;
      }
      return a - b;
    });
    return places.map((place) => rows[place]!);
  };
}

function compareKeys(
  a: Value,
  b: Value,
  compare: (a: Value, b: Value) => number,
  sign: 1 | -1,
  nullsFirst: boolean,
): number {
  const [x, y] = [emptiness(a), emptiness(b)];
  // Null, then NaN, then all others; turned around where nulls come last.
  if (x > 0 || y > 0) return nullsFirst ? y - x : x - y;
  return sign * compare(a, b);
}

function emptiness(value: Value): number {
  return value === null ? 2 : Number.isNaN(value) ? 1 : 0;
}

export function sort(node: Node, input: Shape, scope: Scope): Stage {
  return { ...input, serialized: true, run: rowOrder(list(node, 'Expressions'), input, scope) };
}

export function top(node: Node, input: Shape, scope: Scope): Stage {
  const count = constantCount(
    scope.engine.expression(child(node, 'Expression'), scope.withoutColumns()),
    'the number of rows',
  );
  const order = rowOrder([child(node, 'ByExpression')], input, scope);
  return { ...input, serialized: true, run: (rows) => order(rows).slice(0, count) };
}
