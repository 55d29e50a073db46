/** Compiles scalar expressions to closures. */
import { arithmetic, negated, type Operator } from './arithmetic.ts';
import { converted } from './dynamic.ts';
import { semantic, unsupported } from './errors.ts';
import { scalarFunctions } from './functions/all.ts';
import { rowFunctions } from './functions/rows.ts';
import { call, cast } from './functions/scalar.ts';
import { declaredType, dynamicLiteral, literal } from './literals.ts';
import { compared, conjunction, disjunction, membership, textTest } from './predicates.ts';
import { constant, type Expr, type Scope, type Table } from './scope.ts';
import { child, list, type Node, nameOf } from './tree.ts';
import { callScalar } from './user-functions.ts';
import { type Bag, isArray, isBag, type Value } from './values.ts';

export function expression(node: Node, scope: Scope): Expr {
  switch (node.is) {
    case 'LiteralExpression':
      return literal(node);
    case 'DynamicExpression':
      return constant(dynamicLiteral(node), 'dynamic');
    case 'ParenthesizedExpression':
      return expression(child(node, 'Expression'), scope);
    case 'NameReference':
      return named(nameOf(node), scope);
    case 'BinaryExpression':
      return binary(node, scope);
    case 'PrefixUnaryExpression': {
      const inner = expression(child(node, 'Expression'), scope);
      return child(node, 'Operator').text === '-' ? negated(inner) : inner;
    }
    case 'BetweenExpression':
      return between(node, scope);
    case 'InExpression':
      return inList(node, scope);
    case 'HasAnyExpression':
    case 'HasAllExpression':
      return hasList(node, scope);
    case 'PathExpression':
      return property(
        expression(child(node, 'Expression'), scope),
        constant(nameOf(child(node, 'Selector')), 'string'),
      );
    case 'ElementExpression':
      return property(
        expression(child(node, 'Expression'), scope),
        expression(child(child(node, 'Selector'), 'Expression'), scope),
      );
    case 'FunctionCallExpression':
      return functionCall(node, scope);
    case 'ToScalarExpression':
      return toScalar(node, scope);
    default:
      return unsupported(node.is);
  }
}

function named(name: string, scope: Scope): Expr {
  const place = scope.place(name);
  if (place >= 0) {
    const { type } = scope.columns![place]!;
    // Tables come from outside: a text may be missing there, but not in the language.
    const value: Expr['value'] = type === 'string' ? (row) => row[place] ?? '' : (row) => row[place] ?? null;
    return { type, value, constant: false, window: false };
  }
  const binding = scope.find(name);
  if (binding?.kind === 'scalar') {
    // Its closure looks into the rows of the call, not into those that are in sight here.
    if (!binding.expr.constant && scope.columns !== undefined)
      unsupported(`${name}, which depends on the row of a call`);
    return binding.expr;
  }
  const columns = scope.columns?.map((column) => column.name).join(', ') ?? 'none';
  return semantic(`${name} is no column or scalar here; columns: ${columns}`);
}

function binary(node: Node, scope: Scope): Expr {
  const operator = child(node, 'Operator').text;
  const left = expression(child(node, 'Left'), scope);
  const right = expression(child(node, 'Right'), scope);
  switch (operator) {
    case 'and':
      return conjunction(left, right);
    case 'or':
      return disjunction(left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator as Operator, left, right);
    case '==':
    case '!=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(operator === '<>' ? '!=' : operator, left, right);
    default:
      return textTest(operator, left, right) ?? unsupported(`the operator ${operator}`);
  }
}

/** Both ends belong to the range; a timespan as second end of a datetime is counted from the first. */
function between(node: Node, scope: Scope): Expr {
  const value = expression(child(node, 'Left'), scope);
  const couple = child(node, 'Right');
  const first = expression(child(couple, 'First'), scope);
  const second = expression(child(couple, 'Second'), scope);
  const last = value.type === 'datetime' && second.type === 'timespan' ? arithmetic('+', first, second) : second;
  const inside = conjunction(compared('>=', value, first), compared('<=', value, last));
  return child(node, 'Operator').text === 'between' ? inside : call([inside], 'bool', (yes) => !yes, false);
}

function inList(node: Node, scope: Scope): Expr {
  const left = expression(child(node, 'Left'), scope);
  return membership(child(node, 'Operator').text, left, listed(child(node, 'Right'), scope));
}

function hasList(node: Node, scope: Scope): Expr {
  const left = expression(child(node, 'Left'), scope);
  const every = node.is === 'HasAllExpression';
  const items = listed(child(node, 'Right'), scope).flatMap((item) => {
    if (item.type !== 'dynamic') return [item];
    const values = item.constant ? item.value([], 0, []) : unsupported('has_any with a list that is no constant');
    return isArray(values) ? values.map((value) => constant(converted(value, 'dynamic', 'string'), 'string')) : [];
  });
  return items
    .map((item) => textTest('has', left, item)!)
    .reduce((a, b) => (every ? conjunction(a, b) : disjunction(a, b)), constant(every, 'bool'));
}

/** A list in parentheses; one that is a table stands for its first column. */
function listed(node: Node, scope: Scope): readonly Expr[] {
  const items = list(node, 'Expressions');
  const [only] = items;
  const table = only !== undefined && items.length === 1 ? tableIn(only, scope) : undefined;
  if (table === undefined) return items.map((item) => expression(item, scope));
  const [column] = table.columns;
  return table.rows.map((row) => constant(row[0] ?? (column!.type === 'string' ? '' : null), column!.type));
}

function tableIn(node: Node, scope: Scope): Table | undefined {
  if (node.is === 'NameReference' && scope.place(nameOf(node)) >= 0) return undefined;
  return scope.engine.table(node, scope.withoutColumns());
}

/** `bag.key`, `bag['key']`, `array[0]`, `array[-1]`: null where there is none. */
function property(of: Expr, key: Expr): Expr {
  if (of.type !== 'dynamic') return semantic(`a part of ${of.type}, which is not dynamic`);
  return call([of, key.type === 'dynamic' ? cast(key, 'string') : key], 'dynamic', part, false);
}

function part(of: Value, key: Value): Value {
  if (isArray(of)) return typeof key === 'number' ? (of.at(key) ?? null) : null;
  return isBag(of) && typeof key === 'string' && Object.hasOwn(of, key) ? (of[key] ?? null) : null;
}

function toScalar(node: Node, scope: Scope): Expr {
  const inner = child(node, 'Expression');
  const table = tableIn(inner, scope);
  if (table === undefined) return expression(inner, scope.withoutColumns());
  const { type } = table.columns[0]!;
  return constant(table.rows[0]?.[0] ?? (type === 'string' ? '' : null), type);
}

function functionCall(node: Node, scope: Scope): Expr {
  const aggregate = scope.aggregate?.(node);
  if (aggregate !== undefined) return aggregate;
  const name = nameOf(child(node, 'Name'));
  const given = list(child(node, 'ArgumentList'), 'Expressions');
  const binding = scope.find(name);
  if (binding?.kind === 'function') return callScalar(name, binding, given, scope);
  const special = specials[name];
  if (special !== undefined) return special(given, scope);
  const compile = scalarFunctions[name]?.compile ?? rowFunctions[name];
  if (compile === undefined) return unsupported(`the function ${name}`);
  const args = given.map((arg) => expression(arg, scope));
  try {
    return compile(args);
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

type Special = (given: readonly Node[], scope: Scope) => Expr;

function agoIn(given: readonly Node[], scope: Scope): Expr {
  const [span] = given;
  if (span === undefined) return semantic('ago(timespan)');
  return arithmetic('-', constant(scope.engine.now, 'datetime'), expression(span, scope));
}

/** Functions that need more than the values of their arguments. */
const specials: Readonly<Record<string, Special>> = {
  now: ([offset], scope) => {
    const now = constant(scope.engine.now, 'datetime');
    return offset === undefined ? now : arithmetic('+', now, expression(offset, scope));
  },
  ago: agoIn,
  extract: (given, scope) => {
    const args = given.slice(0, 3).map((arg) => expression(arg, scope));
    const text = scalarFunctions.extract!.compile(args);
    return given[3] === undefined ? text : cast(text, declaredType(given[3]));
  },
  pack_all: ([ignoring], scope) => {
    const fields = scope.columns!.flatMap(({ name }) => [constant(name, 'string'), named(name, scope)]);
    const all = scalarFunctions.bag_pack!.compile(fields);
    if (ignoring === undefined || expression(ignoring, scope).value([], 0, []) !== true) return all;
    const full = ([, value]: readonly [string, Value]): boolean => value !== null && value !== '';
    return call([all], 'dynamic', (bag) => Object.fromEntries(Object.entries(bag as Bag).filter(full)), false);
  },
  column_ifexists: ([name, instead], scope) => {
    const column = name === undefined ? semantic('column_ifexists(name, default)') : expression(name, scope);
    const wanted = column.value([], 0, []);
    return typeof wanted === 'string' && scope.place(wanted) >= 0 ? named(wanted, scope) : expression(instead!, scope);
  },
};

export const expressionFunctions: readonly string[] = [
  ...Object.keys(scalarFunctions),
  ...Object.keys(rowFunctions),
  ...Object.keys(specials),
];
