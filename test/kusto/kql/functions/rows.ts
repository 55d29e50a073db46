/** Functions that look at the rows before and after. They need rows with an order. */

import { arithmetic } from '../arithmetic.ts';
import { comparison, equality } from '../compare.ts';
import { semantic } from '../errors.ts';
import { constant, constantCount, constantValue, type Expr, type Row } from '../scope.ts';
import { type Long, longOf, type Type, type Value } from '../values.ts';
import { cast } from './scalar.ts';

export type RowFunction = (args: readonly Expr[]) => Expr;

/** Computes the whole column when the first row of a table is asked for. */
function column(type: Type, compute: (rows: readonly Row[]) => readonly Value[]): Expr {
  let known: readonly Row[] | undefined;
  let values: readonly Value[] = [];
  return {
    type,
    constant: false,
    window: true,
    value: (_row, index, rows) => {
      if (rows !== known) {
        values = compute(rows);
        known = rows;
      }
      return values[index]!;
    },
  };
}

function neighbour(direction: 1 | -1): RowFunction {
  return (args) => {
    const [of, distance, instead] = args;
    if (of === undefined || args.length > 3) return semantic('prev(column, offset, default)');
    const offset = direction * (distance === undefined ? 1 : constantCount(distance, 'the offset'));
    const missing =
      instead === undefined ? (of.type === 'string' ? '' : null) : constantValue(cast(instead, of.type), 'the default');
    return {
      type: of.type,
      constant: false,
      window: true,
      value: (_row, index, rows) => {
        const other = rows[index + offset];
        return other === undefined ? missing : of.value(other, index + offset, rows);
      },
    };
  };
}

const rowNumber: RowFunction = (args) => {
  const [from = constant(1, 'long'), restart = constant(false, 'bool')] = args;
  const first = constantValue(from, 'the start') as number;
  return column('long', (rows) => {
    let next = first;
    return rows.map((row, i) => {
      if (restart.value(row, i, rows) === true) next = first;
      return next++;
    });
  });
};

const rowSum: RowFunction = ([of, restart = constant(false, 'bool'), ...more]) => {
  if (of === undefined || more.length > 0) return semantic('row_cumsum(term, restart)');
  const { type } = of;
  if (type !== 'int' && type !== 'long' && type !== 'real') return semantic(`row_cumsum of ${type}`);
  const add = (a: Value, b: Value): Value => {
    if (type === 'int' || type === 'long') return longOf(BigInt(a as Long) + BigInt(b as Long));
    return (a as number) + (b as number);
  };
  return column(type, (rows) => {
    let sum: Value = 0;
    return rows.map((row, i) => {
      if (restart.value(row, i, rows) === true) sum = 0;
      const term = of.value(row, i, rows);
      if (term !== null) sum = add(sum, term);
      return sum;
    });
  });
};

/** `dense`: the next rank follows; else it leaves out as many as shared the last one. */
function rank(dense: boolean): RowFunction {
  return ([of, restart = constant(false, 'bool'), ...more]) => {
    if (of === undefined || more.length > 0) return semantic('row_rank(term, restart)');
    const equal = equality(of.type);
    return column('long', (rows) => {
      let place = 0;
      let current = 0;
      let last: Value | undefined;
      return rows.map((row, i) => {
        const value = of.value(row, i, rows);
        if (i === 0 || restart.value(row, i, rows) === true) {
          place = 1;
          current = 1;
        } else {
          place++;
          if (!equal(value, last!)) current = dense ? current + 1 : place;
        }
        last = value;
        return current;
      });
    });
  };
}

/** Start of the session that a time belongs to: it ends with too long a gap, or when it has lasted too long. */
const session: RowFunction = ([of, longest, gap, restart = constant(false, 'bool'), ...more]) => {
  if (of === undefined || longest === undefined || gap === undefined || more.length > 0) {
    return semantic('row_window_session(time, longest, gap, restart)');
  }
  const since = arithmetic('-', of, of).type;
  const order = comparison(since);
  return column(of.type, (rows) => {
    let start: Value = null;
    let last: Value = null;
    return rows.map((row, i) => {
      const time = of.value(row, i, rows);
      if (time === null) return null;
      const between = (a: Value): Value =>
        arithmetic('-', constant(time, of.type), constant(a, of.type)).value([], 0, []);
      const over = (a: Value, limit: Expr): boolean => order(between(a), limit.value(row, i, rows)) > 0;
      if (start === null || restart.value(row, i, rows) === true || over(start, longest) || over(last, gap))
        start = time;
      last = time;
      return start;
    });
  });
};

export const rowFunctions: Readonly<Record<string, RowFunction>> = {
  next: neighbour(1),
  prev: neighbour(-1),
  row_cumsum: rowSum,
  row_number: rowNumber,
  row_rank_dense: rank(true),
  row_rank_min: rank(false),
  row_window_session: session,
};
