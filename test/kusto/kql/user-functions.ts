/** Calls of functions that the query or the database defines. */
import { semantic } from './errors.ts';
import { cast } from './functions/scalar.ts';
import { declaredType } from './literals.ts';
import { type Binding, type Expr, type Parameter, Scope, type Table, type UserFunction } from './scope.ts';
import { child, list, type Node, nameOf } from './tree.ts';

/** Calls within calls, against functions that call themselves. */
const DEPTH_MAX = 64;

export function parametersOf(declaration: Node): Parameter[] {
  return list(child(declaration, 'Parameters'), 'Parameters').map(parameterOf);
}

export function parameterOf(node: Node): Parameter {
  const declared = child(node, 'NameAndType');
  const type = child(declared, 'Type');
  const fallback = node.fields.DefaultValue;
  return {
    name: nameOf(declared),
    type: type.is === 'SchemaTypeExpression' ? 'table' : declaredType(type),
    columns:
      type.is === 'SchemaTypeExpression'
        ? list(type, 'Columns')
            .filter((column) => column.is === 'NameAndTypeDeclaration')
            .map((column) => ({ name: nameOf(column), type: declaredType(child(column, 'Type')) }))
        : [],
    default: fallback === undefined ? undefined : child(fallback, 'Value'),
  };
}

/** The scope of the body, with the arguments as names. */
function bodyScope(name: string, called: UserFunction, given: readonly Node[], scope: Scope): Scope {
  const inner = new Scope(called.scope.engine, called.scope);
  const { parameters } = called;
  if (given.length > parameters.length) semantic(`${name} takes ${parameters.length} arguments, not ${given.length}`);
  const args = new Map<string, Node>();
  for (const [i, arg] of given.entries()) {
    const key = arg.is === 'SimpleNamedExpression' ? nameOf(arg) : parameters[i]!.name;
    if (!parameters.some((parameter) => parameter.name === key)) semantic(`${name} has no parameter ${key}`);
    if (args.has(key)) semantic(`${name}: ${key} is given twice`);
    args.set(key, arg.is === 'SimpleNamedExpression' ? child(arg, 'Expression') : arg);
  }
  for (const parameter of parameters) {
    const arg = args.get(parameter.name);
    if (arg === undefined && parameter.default === undefined) semantic(`${name}: no argument for ${parameter.name}`);
    inner.declare(
      parameter.name,
      arg === undefined
        ? scalarArgument(parameter, parameter.default!, new Scope(scope.engine))
        : argument(name, parameter, arg, scope),
    );
  }
  return inner;
}

function argument(name: string, parameter: Parameter, arg: Node, scope: Scope): Binding {
  if (parameter.type !== 'table') return scalarArgument(parameter, arg, scope);
  const table = scope.engine.table(arg, scope.withoutColumns());
  if (table === undefined) return semantic(`${name}: ${parameter.name} must be a table`);
  for (const { name: wanted, type } of parameter.columns) {
    const column = table.columns.find((found) => found.name === wanted);
    if (column?.type !== type) semantic(`${name}: the table for ${parameter.name} has no column ${wanted}:${type}`);
  }
  return { kind: 'table', table: () => table };
}

function scalarArgument(parameter: Parameter, arg: Node, scope: Scope): Binding {
  const expr = scope.engine.expression(arg, scope);
  return { kind: 'scalar', expr: cast(expr, parameter.type as Expr['type']) };
}

function inBody<T>(
  name: string,
  called: UserFunction,
  given: readonly Node[],
  scope: Scope,
  work: (body: Node, inner: Scope) => T,
): T {
  const { engine } = scope;
  if (engine.depth >= DEPTH_MAX) semantic(`${name} calls itself`);
  engine.depth++;
  try {
    const inner = bodyScope(name, called, given, scope);
    for (const statement of list(called.body, 'Statements')) engine.declare(statement, inner);
    return work(child(called.body, 'Expression'), inner);
  } finally {
    engine.depth--;
  }
}

export function callScalar(name: string, called: UserFunction, given: readonly Node[], scope: Scope): Expr {
  return inBody(name, called, given, scope, (body, inner) => inner.engine.expression(body, inner));
}

/** Undefined where the function is scalar. */
export function callTable(name: string, called: UserFunction, given: readonly Node[], scope: Scope): Table | undefined {
  return inBody(name, called, given, scope, (body, inner) => inner.engine.table(body, inner));
}
