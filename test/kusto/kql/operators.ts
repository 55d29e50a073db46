/** Compiles one operator of a pipe to a stage. */
import { extend, getSchema, project, projectAway, projectKeep, projectRename, projectReorder } from './columns.ts';
import { KqlError, semantic, unsupported } from './errors.ts';
import { cast } from './functions/scalar.ts';
import { join, lookup } from './join.ts';
import { mvApply, mvExpand } from './mv-expand.ts';
import { constantCount, type Scope, type Shape, type Stage } from './scope.ts';
import { sort, top } from './sorting.ts';
import { distinct, summarize } from './summarize.ts';
import { child, type Node, nameOf } from './tree.ts';
import { union } from './union.ts';

type Compile = (node: Node, input: Shape, scope: Scope) => Stage;

const where: Compile = (node, input, scope) => {
  const condition = cast(scope.engine.expression(child(node, 'Condition'), scope.withColumns(input.columns)), 'bool');
  if (condition.window && !input.serialized) semantic('functions that look at other rows need an order');
  return { ...input, run: (rows) => rows.filter((row, index) => condition.value(row, index, rows) === true) };
};

const take: Compile = (node, input, scope) => {
  const count = constantCount(
    scope.engine.expression(child(node, 'Expression'), scope.withoutColumns()),
    'the number of rows',
  );
  return { ...input, run: (rows) => rows.slice(0, count) };
};

const count: Compile = (node, input) => {
  const named = node.fields.AsIdentifier;
  const name = named === undefined ? 'Count' : nameOf(named);
  return { ...input, serialized: false, columns: [{ name, type: 'long' }], run: (rows) => [[rows.length]] };
};

const same: Compile = (_, input) => ({ ...input, run: (rows) => rows });

const serialize: Compile = (node, input, scope) => extend(node, { ...input, serialized: true }, scope);

/** The name is for those who come after it in the pipe; that it is a table's name sees to whoever runs the pipe. */
const named: Compile = (node, input) => ({ ...input, name: nameOf(child(node, 'Name')), run: (rows) => rows });

/** By the class of the official node. Their keywords are what the claims list. */
export const operators: Readonly<Record<string, Compile>> = {
  AsOperator: named,
  CountOperator: count,
  DistinctOperator: distinct,
  ExtendOperator: extend,
  FilterOperator: where,
  GetSchemaOperator: (_, input) => getSchema(input),
  JoinOperator: join,
  LookupOperator: lookup,
  MvApplyOperator: mvApply,
  MvExpandOperator: mvExpand,
  ProjectAwayOperator: (node, input) => projectAway(node, input),
  ProjectKeepOperator: (node, input) => projectKeep(node, input),
  ProjectOperator: project,
  ProjectRenameOperator: (node, input) => projectRename(node, input),
  ProjectReorderOperator: (node, input) => projectReorder(node, input),
  RenderOperator: same,
  SerializeOperator: serialize,
  SortOperator: sort,
  SummarizeOperator: summarize,
  TakeOperator: take,
  TopOperator: top,
  UnionOperator: union,
};

export function stage(node: Node, input: Shape, scope: Scope): Stage {
  const compile = operators[node.is];
  if (compile === undefined) return unsupported(`the operator ${node.is.replace(/Operator$/, '')}`);
  try {
    return compile(node, input, scope);
  } catch (error) {
    // RangeError: a stack that is too deep, of a text that nests too far.
    if (error instanceof RangeError) throw new KqlError('unsupported', `${node.is}: ${error.message}`);
    throw error;
  }
}
