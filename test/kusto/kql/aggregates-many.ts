/** Aggregates that give several columns. */
import { type Aggregate, extremePlace, valuesOf } from './aggregate-values.ts';
import { comparison } from './compare.ts';
import { semantic, unsupported } from './errors.ts';
import { constantValue, type Expr, type Row } from './scope.ts';
import type { Value } from './values.ts';

export interface NamedArgument {
  readonly name: string | undefined;
  readonly expr: Expr;
}

type CompileMany = (args: readonly NamedArgument[]) => (Aggregate & { readonly name: string })[];

/** The value at the nearest rank. */
function ranked(values: readonly Value[], percent: number): Value {
  const rank = Math.ceil((percent / 100) * values.length);
  return values[Math.max(0, Math.min(values.length, rank) - 1)] ?? null;
}

function percentileOf(of: Expr, percent: Expr): Aggregate {
  const compare = comparison(of.type);
  const share = Number(constantValue(percent, 'the percentile'));
  const type = of.type === 'int' ? 'long' : of.type;
  return { type, value: (rows) => ranked(valuesOf(of, rows).sort(compare), share) };
}

const percentile: CompileMany = ([of, ...percents]) => {
  if (of === undefined || percents.length === 0) return semantic('percentile(column, percent, …)');
  return percents.map(({ expr }) => ({
    name: `percentile_${of.name ?? ''}_${String(constantValue(expr, 'the percentile')).replace('.', '_')}`,
    ...percentileOf(of.expr, expr),
  }));
};

/** The row with the greatest (least) key; of several the first. */
function argExtreme(sign: 1 | -1, prefix: string): CompileMany {
  return ([key, ...others]) => {
    if (key === undefined) return semantic('arg_max(column, columns)');
    const compare = comparison(key.expr.type);
    let known: readonly Row[] | undefined;
    let place = -1;
    const at = (of: Expr) => (rows: readonly Row[]) => {
      if (rows !== known) {
        known = rows;
        place = Math.max(0, extremePlace(key.expr, rows, sign, compare));
      }
      return rows.length === 0 ? (of.type === 'string' ? '' : null) : of.value(rows[place]!, place, rows);
    };
    return [key, ...others].map(({ name, expr }, i) => ({
      name: name ?? (i === 0 ? `${prefix}_` : unsupported('arg_max of an expression without a name')),
      type: expr.type,
      value: at(expr),
    }));
  };
}

/** Any row will do: the first. */
const any: CompileMany = (args) =>
  args.map(({ name, expr }) => ({
    name: name ?? unsupported('take_any of an expression without a name'),
    type: expr.type,
    value: (rows) => {
      const none = expr.type === 'string' ? '' : null;
      if (args.length > 1) return rows.length === 0 ? none : expr.value(rows[0]!, 0, rows);
      return valuesOf(expr, rows)[0] ?? none;
    },
  }));

export const manyAggregates: Readonly<Record<string, CompileMany>> = {
  arg_max: argExtreme(1, 'max'),
  arg_min: argExtreme(-1, 'min'),
  percentile,
  percentiles: percentile,
  take_any: any,
};
