/** Runs queries: statements, tables and pipes. */

import { arithmetic } from './arithmetic.ts';
import { printed } from './columns.ts';
import { comparison } from './compare.ts';
import { semantic, unsupported } from './errors.ts';
import { expression } from './expressions.ts';
import { cast } from './functions/scalar.ts';
import { declaredType } from './literals.ts';
import { stage } from './operators.ts';
import { readAfter } from './reads.ts';
import {
  type Binding,
  type Column,
  constant,
  constantValue,
  type Engine,
  type Row,
  Scope,
  type Table,
} from './scope.ts';
import { child, list, type Node, nameOf } from './tree.ts';
import { unionTable } from './union.ts';
import { callTable, parameterOf, parametersOf } from './user-functions.ts';
import type { Value } from './values.ts';

export interface World {
  readonly now: number;
  readonly tableNames: readonly string[];
  binding(name: string, engine: Engine): Binding | undefined;
  materialized(name: string): Table | undefined;
  /** Literal expression given for a query parameter. */
  parameter(name: string): Node | undefined;
}

/** The result of the last statement that is a query. */
export function run(block: Node, world: World): Table {
  const engine: Engine = {
    ...world,
    binding: (name) => world.binding(name, engine),
    depth: 0,
    expression,
    stage,
    table,
    tableNamed,
    declare,
  };
  const scope = new Scope(engine);
  let result: Table | undefined;
  for (const statement of list(block, 'Statements')) {
    if (statement.is === 'ExpressionStatement') {
      result = table(child(statement, 'Expression'), scope) ?? semantic('the query is no table');
    } else if (statement.is === 'QueryParametersStatement') {
      declareParameters(statement, scope, world);
    } else {
      declare(statement, scope);
    }
  }
  return result ?? semantic('there is no query');
}

function declareParameters(statement: Node, scope: Scope, world: World): void {
  for (const node of list(statement, 'Parameters')) {
    const { name, type, default: fallback } = parameterOf(node);
    if (type === 'table') semantic(`the query parameter ${name} is a table`);
    const given = world.parameter(name) ?? fallback ?? semantic(`no value for the query parameter ${name}`);
    scope.declare(name, { kind: 'scalar', expr: cast(expression(given, scope), type) });
  }
}

function declare(statement: Node, scope: Scope): void {
  if (statement.is !== 'LetStatement') unsupported(statement.is);
  scope.declare(nameOf(child(statement, 'Name')), letBinding(statement, scope));
}

function letBinding(statement: Node, scope: Scope): Binding {
  const node = child(statement, 'Expression');
  if (node.is === 'FunctionDeclaration') {
    const view = node.fields.ViewKeyword !== undefined;
    return { kind: 'function', parameters: parametersOf(node), body: child(node, 'Body'), scope, view };
  }
  const found = table(node, scope);
  if (found === undefined) return { kind: 'scalar', expr: expression(node, scope) };
  const named = { ...found, name: found.name ?? nameOf(child(statement, 'Name')) };
  // Nothing is read unless the name is used, and each time that it is.
  if (found.read !== undefined) found.read.goesOn = true;
  return { kind: 'table', table: () => ({ ...named, read: found.read?.next() }) };
}

function table(node: Node, scope: Scope): Table | undefined {
  switch (node.is) {
    case 'PipeExpression':
      return piped(node, scope);
    case 'ParenthesizedExpression':
      return table(child(node, 'Expression'), scope);
    case 'MaterializeExpression': {
      const found = table(child(node, 'Expression'), scope);
      return found === undefined ? undefined : { ...found, read: undefined };
    }
    case 'NameReference':
      return tableNamed(nameOf(node), scope);
    case 'FunctionCallExpression':
      return called(node, scope);
    case 'DataTableExpression':
      return dataTable(node, scope);
    case 'RangeOperator':
      return range(node, scope);
    case 'PrintOperator':
      return { ...printed(node, scope), serialized: false, name: undefined };
    case 'UnionOperator':
      return unionTable(node, scope);
    default:
      return node.is.endsWith('Operator') ? unsupported(`a query that begins with ${node.is}`) : undefined;
  }
}

function tableNamed(name: string, scope: Scope): Table | undefined {
  const binding = scope.find(name);
  if (binding?.kind === 'table') return binding.table();
  if (binding?.kind !== 'function') return undefined;
  const found = callTable(name, binding, [], scope.withoutColumns());
  return found === undefined ? undefined : { ...found, name };
}

function piped(node: Node, scope: Scope): Table {
  const input = table(child(node, 'Expression'), scope);
  if (input === undefined) {
    const source = child(node, 'Expression');
    return semantic(`${source.is === 'NameReference' ? nameOf(source) : source.is} is no table`);
  }
  const operator = child(node, 'Operator');
  if (operator.is === 'InvokeOperator') return invoked(operator, input, scope);
  const { columns, serialized, name, run: work } = stage(operator, input, scope);
  // Only names that the text gives survive an operator.
  const result: Table = {
    columns,
    serialized,
    name: operator.is === 'AsOperator' ? name : undefined,
    rows: work(input.rows),
    read: readAfter(input.read, operator, input, scope),
  };
  if (operator.is === 'AsOperator')
    scope.declare(nameOf(child(operator, 'Name')), { kind: 'table', table: () => result });
  return result;
}

/** `T | invoke f(more)`: the table is the first argument. */
function invoked(operator: Node, input: Table, scope: Scope): Table {
  const call = child(operator, 'Function');
  const name = nameOf(child(call, 'Name'));
  const binding = scope.find(name);
  if (binding?.kind !== 'function') return semantic(`invoke of ${name}, which is no function`);
  const inner = new Scope(scope.engine, scope.withoutColumns());
  inner.declare(' input', { kind: 'table', table: () => input });
  const source: Node = {
    is: 'NameReference',
    literal: '',
    text: '',
    items: [],
    start: 0,
    fields: { Name: { is: 'Token', literal: '', text: ' input', fields: {}, items: [], start: 0 } },
  };
  const given = [source, ...list(child(call, 'ArgumentList'), 'Expressions')];
  return callTable(name, binding, given, inner) ?? semantic(`${name} gives no table`);
}

function called(node: Node, scope: Scope): Table | undefined {
  const name = nameOf(child(node, 'Name'));
  const given = list(child(node, 'ArgumentList'), 'Expressions');
  const binding = scope.find(name);
  if (binding?.kind === 'function') return callTable(name, binding, given, scope);
  if (name !== 'table' && name !== 'materialized_view') return undefined;
  const named = constantValue(expression(given[0]!, scope), name) as string;
  // A view, never a `let` of that name.
  if (name === 'materialized_view')
    return scope.engine.materialized(named) ?? semantic(`no materialized view ${named}`);
  return tableNamed(named, scope) ?? semantic(`no table ${named}`);
}

function dataTable(node: Node, scope: Scope): Table {
  const columns: Column[] = list(child(node, 'Schema'), 'Columns').map((column) => ({
    name: nameOf(child(column, 'Name')),
    type: declaredType(child(column, 'Type')),
  }));
  const values = list(node, 'Values').map((value, i) => {
    const { type } = columns[i % columns.length]!;
    return constantValue(cast(expression(value, scope.withoutColumns()), type), 'a value of datatable');
  });
  if (values.length % columns.length !== 0) semantic('datatable with a row that is not whole');
  const rows: Row[] = [];
  for (let i = 0; i < values.length; i += columns.length) rows.push(values.slice(i, i + columns.length));
  return { columns, rows, serialized: false, name: undefined };
}

const RANGE_MAX = 10_000_000;

function range(node: Node, scope: Scope): Table {
  const inner = scope.withoutColumns();
  const [from, to, step] = ['From', 'To', 'Step'].map((field) => expression(child(node, field), inner));
  const isTime = from!.type === 'datetime' || from!.type === 'timespan';
  const type = isTime ? from!.type : [from, to, step].some((expr) => expr!.type === 'real') ? 'real' : 'long';
  const stepType = isTime ? 'timespan' : type;
  const compare = comparison(type);
  const [first, last, by] = [cast(from!, type), cast(to!, type), cast(step!, stepType)].map((expr) =>
    constantValue(expr, 'range'),
  );
  const rows: Row[] = [];
  if (first !== null && last !== null && by !== null) {
    const direction = comparison(stepType)(by!, 0);
    if (direction === 0) semantic('range with a step of zero');
    const addend = constant(by!, stepType);
    for (let at: Value = first!; direction > 0 ? compare(at, last!) <= 0 : compare(at, last!) >= 0; ) {
      if (rows.length >= RANGE_MAX) return unsupported('a range of so many rows');
      rows.push([at]);
      at = arithmetic('+', constant(at, type), addend).value([], 0, []);
    }
  }
  return { columns: [{ name: nameOf(child(node, 'Name')), type }], rows, serialized: true, name: undefined };
}
