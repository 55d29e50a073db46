/** What aggregates have in common: the values of a group's rows. */
import type { Expr, Row } from './scope.ts';
import type { Type, Value } from './values.ts';

export interface Aggregate {
  readonly type: Type;
  value(rows: readonly Row[]): Value;
}

/** Values that are not null. */
export function valuesOf(expr: Expr, rows: readonly Row[]): Value[] {
  const values: Value[] = [];
  for (let i = 0; i < rows.length; i++) {
    const value = expr.value(rows[i]!, i, rows);
    if (value !== null) values.push(value);
  }
  return values;
}

/** Place of the greatest (least) value that is neither null nor NaN; NaN only if there is nothing else; -1 for nothing. */
export function extremePlace(
  of: Expr,
  rows: readonly Row[],
  sign: 1 | -1,
  compare: (a: Value, b: Value) => number,
): number {
  let best: Value = null;
  let place = -1;
  for (let i = 0; i < rows.length; i++) {
    const value = of.value(rows[i]!, i, rows);
    if (value === null) continue;
    if (best === null || (Number.isNaN(best) && !Number.isNaN(value)) || sign * compare(value, best) > 0) {
      best = value;
      place = i;
    }
  }
  return place;
}
