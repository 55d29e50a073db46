/** `+ - * / %` and the minus before a value, by the types of the operands. */
import { semantic, unsupported } from './errors.ts';
import { call } from './functions/scalar.ts';
import type { Expr } from './scope.ts';
import {
  addTimes,
  isNumeric,
  type Long,
  longOf,
  millisecondsOf,
  subtractTimes,
  type Time,
  type Type,
  ticksOf,
  timeOf,
  type Value,
} from './values.ts';

export type Operator = '+' | '-' | '*' | '/' | '%';

interface Operation {
  readonly type: Type;
  // biome-ignore lint/suspicious/noExplicitAny: the types of the operands are known where an operation is chosen
  readonly apply: (a: any, b: any) => Value;
}

export function arithmetic(operator: Operator, left: Expr, right: Expr): Expr {
  const { type, apply } = operation(operator, left.type, right.type);
  return call([left, right], type, apply, false);
}

export function negated(expr: Expr): Expr {
  switch (expr.type) {
    case 'int':
    case 'long':
      return call([expr], 'long', (a) => (typeof a === 'bigint' ? longOf(-a) : 0 - (a as number)), false);
    case 'real':
      return call([expr], 'real', (a) => -(a as number), false);
    case 'timespan':
      return call([expr], 'timespan', (a) => subtractTimes(0, a as Time), false);
    default:
      return unsupported(`a minus before ${expr.type}`);
  }
}

function operation(operator: Operator, a: Type, b: Type): Operation {
  if (a === 'decimal' || b === 'decimal') unsupported('decimal');
  if (isNumeric(a) && isNumeric(b)) {
    return a === 'real' || b === 'real'
      ? { type: 'real', apply: (x: Long, y: Long) => realResult(operator, Number(x), Number(y)) }
      : { type: 'long', apply: (x: Long, y: Long) => longResult(operator, x, y) };
  }
  const found = timeOperation(operator, a, b);
  if (found !== undefined) return found;
  if (a === 'dynamic' || b === 'dynamic') unsupported(`${operator} with a dynamic value: cast it first`);
  return semantic(`${a} ${operator} ${b}`);
}

function timeOperation(operator: Operator, a: Type, b: Type): Operation | undefined {
  switch (`${a} ${operator} ${b}`) {
    case 'datetime - datetime':
      return { type: 'timespan', apply: subtractTimes };
    case 'datetime - timespan':
      return { type: 'datetime', apply: subtractTimes };
    case 'datetime + timespan':
    case 'timespan + datetime':
      return { type: 'datetime', apply: addTimes };
    case 'timespan + timespan':
      return { type: 'timespan', apply: addTimes };
    case 'timespan - timespan':
      return { type: 'timespan', apply: subtractTimes };
    case 'timespan / timespan':
      return { type: 'real', apply: (x: Time, y: Time) => millisecondsOf(x) / millisecondsOf(y) };
    case 'timespan % timespan':
      return { type: 'timespan', apply: (x: Time, y: Time) => modulo(ticksOf(x), ticksOf(y), timeOf) };
    default:
  }
  if (operator === '*' && a === 'timespan' && isNumeric(b)) return { type: 'timespan', apply: scaled };
  if (operator === '*' && b === 'timespan' && isNumeric(a)) return { type: 'timespan', apply: (x, y) => scaled(y, x) };
  if (operator === '/' && a === 'timespan' && isNumeric(b)) return { type: 'timespan', apply: divided };
  return undefined;
}

function scaled(span: Time, by: Long): Value {
  if (typeof by === 'number' && typeof span === 'number' && Number.isSafeInteger(span * by)) return span * by;
  if (typeof by === 'bigint' || Number.isInteger(by)) return timeOf(ticksOf(span) * BigInt(by));
  return Number.isFinite(by) ? timeOf(BigInt(Math.trunc(Number(ticksOf(span)) * by))) : null;
}

function divided(span: Time, by: Long): Value {
  const ticks = Number(ticksOf(span)) / Number(by);
  return Number.isFinite(ticks) ? timeOf(BigInt(Math.trunc(ticks))) : null;
}

function realResult(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%': {
      const size = Math.abs(b);
      const rest = a % size;
      return rest < 0 ? rest + size : rest;
    }
  }
}

function longResult(operator: Operator, a: Long, b: Long): Value {
  if (operator === '%') return modulo(BigInt(a), BigInt(b), longOf);
  if (operator === '/') return Number(b) === 0 ? null : longOf(BigInt(a) / BigInt(b));
  if (typeof a === 'number' && typeof b === 'number') {
    const fast = operator === '+' ? a + b : operator === '-' ? a - b : a * b;
    if (Number.isSafeInteger(fast)) return fast === 0 ? 0 : fast;
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  return longOf(operator === '+' ? x + y : operator === '-' ? x - y : x * y);
}

/** Never negative, whatever the signs. */
function modulo(a: bigint, b: bigint, result: (rest: bigint) => Value): Value {
  if (b === 0n) return null;
  const size = b < 0n ? -b : b;
  const rest = a % size;
  return result(rest < 0n ? rest + size : rest);
}
