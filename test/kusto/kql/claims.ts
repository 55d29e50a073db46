/** What the evaluator claims to do as the engine does it, and which recorded answers may therefore judge it. */

import { singleAggregates } from './aggregates.ts';
import { manyAggregates } from './aggregates-many.ts';
import { KqlError } from './errors.ts';
import { expressionFunctions } from './expressions.ts';
import { operators } from './operators.ts';
import { child, type Node, namedParameters, nameOf, nodes, parse } from './tree.ts';

/** Scalar functions and aggregates. */
export const claimedFunctions: ReadonlySet<string> = new Set([
  ...expressionFunctions,
  ...Object.keys(singleAggregates),
  ...Object.keys(manyAggregates),
  'materialized_view',
  'table',
]);

/** Classes of nodes of the official tree: operators of a pipe, statements, expressions. */
export const claimedNodes: ReadonlySet<string> = new Set([
  ...Object.keys(operators),
  'InvokeOperator',
  'PrintOperator',
  'RangeOperator',
  'DataTableExpression',
  'MaterializeExpression',
  'ToScalarExpression',
  'ExpressionStatement',
  'LetStatement',
  'QueryParametersStatement',
  'BetweenExpression',
  'BinaryExpression',
  'CompoundNamedExpression',
  'DynamicExpression',
  'ElementExpression',
  'BracketedExpression',
  'FunctionCallExpression',
  'HasAllExpression',
  'HasAnyExpression',
  'InExpression',
  'JsonArrayExpression',
  'JsonObjectExpression',
  'LiteralExpression',
  'MvApplyExpression',
  'MvApplySubqueryExpression',
  'MvExpandExpression',
  'OrderedExpression',
  'ParenthesizedExpression',
  'PathExpression',
  'PipeExpression',
  'PrefixUnaryExpression',
  'PrimitiveTypeExpression',
  'SchemaTypeExpression',
  'SimpleNamedExpression',
  'StarExpression',
  'TypeOfLiteralExpression',
]);

/** Kinds of literals. `Token` are words such as `inner`. */
export const claimedLiterals: ReadonlySet<string> = new Set([
  'Boolean',
  'DateTime',
  'Guid',
  'Int',
  'Long',
  'Null',
  'Real',
  'String',
  'Timespan',
  'Token',
]);

/** Different at every call, or when it was recorded. */
const neverTheSame: ReadonlySet<string> = new Set(['ago', 'new_guid', 'now', 'rand']);
/** Any row will do for the engine, so that the recorded one is no judge. */
const anyRow: ReadonlySet<string> = new Set(['any', 'take_any']);

/** Undefined for a text that is claimed; else why it is not. Decided from the tree alone. */
export function notClaimed(text: string): string | undefined {
  let tree: Node;
  try {
    tree = parse(text);
  } catch (error) {
    if (error instanceof KqlError) return error.message;
    throw error;
  }
  const own = new Set<string>();
  const all = [...nodes(tree)];
  for (const node of all) if (node.is === 'LetStatement') own.add(nameOf(node));
  for (const node of all) {
    const reason = unclaimedNode(node, own) ?? undetermined(node, all);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function unclaimedNode(node: Node, own: ReadonlySet<string>): string | undefined {
  if (/(?:Operator|Statement|Expression|Command)$/.test(node.is) && !claimedNodes.has(node.is)) return node.is;
  if (node.literal !== '' && !claimedLiterals.has(node.literal)) return `literal ${node.literal}`;
  if (node.is === 'FunctionCallExpression') {
    const name = nameOf(child(node, 'Name'));
    if (!own.has(name) && !claimedFunctions.has(name)) return `function ${name}`;
  }
  return undefined;
}

function undetermined(node: Node, all: readonly Node[]): string | undefined {
  switch (node.is) {
    case 'FunctionCallExpression': {
      const name = nameOf(child(node, 'Name'));
      if (neverTheSame.has(name)) return `${name} is never the same`;
      return anyRow.has(name) ? `${name} takes any row` : undefined;
    }
    case 'TakeOperator':
      return all.some(({ is }) => is === 'SortOperator') ? undefined : 'take without an order takes any rows';
    case 'JoinOperator': {
      // Of rows on the left with one key it takes any; the recorded answers show that filters after it change which.
      const kind = namedParameters(node).get('kind')?.text ?? 'innerunique';
      return kind === 'innerunique' ? 'join kind=innerunique takes any row of the left side' : undefined;
    }
    default:
      return undefined;
  }
}
