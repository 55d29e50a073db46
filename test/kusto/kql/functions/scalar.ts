/** How scalar functions are declared, and the table of all of them. */
import { commonType } from '../compare.ts';
import { converted } from '../dynamic.ts';
import { semantic, unsupported } from '../errors.ts';
import { constant, type Expr } from '../scope.ts';
import { isNumeric, type Type, type Value } from '../values.ts';

export interface ScalarFunction {
  readonly compile: (args: readonly Expr[]) => Expr;
}

export type Functions = Readonly<Record<string, ScalarFunction>>;

export interface Declaration {
  /** Types of the arguments, which are converted to them; `any` takes what comes. The last one stands for all that follow. */
  readonly takes: readonly (Type | 'any')[];
  readonly least?: number;
  readonly most?: number;
  readonly gives: Type | ((types: readonly Type[], args: readonly Expr[]) => Type);
  /** The result is null as soon as one argument is, unless this is set. */
  readonly nulls?: true;
  // biome-ignore lint/suspicious/noExplicitAny: each declaration narrows its own values
  readonly value: (...args: any[]) => Value;
  /** Instead of `value`, for functions that need the types of their arguments. */
  readonly typed?: (types: readonly Type[]) => (...args: Value[]) => Value;
}

export function scalar(declaration: Declaration): ScalarFunction {
  const { takes, gives } = declaration;
  const least = declaration.least ?? takes.length;
  const most = declaration.most ?? Math.max(least, takes.length);
  return {
    compile: (given) => {
      if (given.length < least || given.length > most) {
        semantic(`${given.length} arguments where ${least === most ? least : `${least} to ${most}`} are expected`);
      }
      const args = given.map((arg, i) => {
        const type = takes[Math.min(i, takes.length - 1)] ?? 'any';
        return type === 'any' ? arg : cast(arg, type);
      });
      const types = args.map((arg) => arg.type);
      const apply = declaration.typed?.(types) ?? declaration.value;
      return call(args, typeof gives === 'function' ? gives(types, args) : gives, apply, declaration.nulls === true);
    },
  };
}

/** Applies a function to arguments; at once where they are constant. */
export function call(args: readonly Expr[], type: Type, apply: (...values: Value[]) => Value, nulls: boolean): Expr {
  const isConstant = args.every((arg) => arg.constant);
  const expr: Expr = {
    type,
    value: applied(args, apply, nulls),
    constant: isConstant,
    window: args.some((arg) => arg.window),
  };
  return isConstant ? constant(expr.value([], 0, []), type) : expr;
}

function applied(args: readonly Expr[], apply: (...values: Value[]) => Value, nulls: boolean): Expr['value'] {
  const [first, second] = args;
  if (args.length === 1) {
    return (row, index, rows) => {
      const a = first!.value(row, index, rows);
      return a === null && !nulls ? null : apply(a);
    };
  }
  if (args.length === 2) {
    return (row, index, rows) => {
      const a = first!.value(row, index, rows);
      const b = second!.value(row, index, rows);
      return (a === null || b === null) && !nulls ? null : apply(a, b);
    };
  }
  return (row, index, rows) => {
    const values = args.map((arg) => arg.value(row, index, rows));
    return !nulls && values.includes(null) ? null : apply(...values);
  };
}

/** The value in another type, as the engine converts arguments on its own. */
export function cast(expr: Expr, to: Type): Expr {
  const from = expr.type;
  if (from === to) return expr;
  const value: Expr['value'] = (row, index, rows) => converted(expr.value(row, index, rows), from, to);
  return expr.constant ? constant(value([], 0, []), to) : { type: to, value, constant: false, window: expr.window };
}

/** The type that branches of `iff`, `case` and the like have together. */
export function unified(types: readonly Type[]): Type {
  return types.reduce((a, b) => {
    const common = commonType(a, b);
    if (common !== undefined) return common;
    return a === 'dynamic' || b === 'dynamic' ? 'dynamic' : semantic(`${a} and ${b} have no common type`);
  });
}

export function numeric(type: Type): Type {
  if (type === 'decimal') unsupported('decimal');
  return isNumeric(type) || type === 'dynamic' ? type : semantic(`${type} is no number`);
}
