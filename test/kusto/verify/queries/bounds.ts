/**
 * What a scalar says about time, and whether a condition keeps a reference from reading all of its table.
 *
 * A lower bound counts when it comes from what was asked: a parameter, `now()`, or a value of a table that is itself bounded. A date that
 * stands in the text does not (1970 is one), nor does a condition that holds for everything while its bound is null, nor a moment that is
 * moved further than a question may listen.
 */
import { LISTEN_MAX_MS } from '../../../../src/reports/heard.ts';
import { parseSpan } from '../../kql/text.ts';
import { child, list, type Node, nameOf, nodes } from '../../kql/tree.ts';
import { ticksOf } from '../../kql/values.ts';

/**
 * `ever`: may lie before everything. `follows`: a value of a table that is not bounded. `none`: says nothing about time, as null, numbers
 * and spans do.
 */
export type Bound = 'asked' | 'ever' | 'follows' | 'none';

/** Of a value that is computed from others, or is one of them. */
export function worst(bounds: readonly Bound[]): Bound {
  return (['ever', 'follows', 'asked'] as const).find((bound) => bounds.includes(bound)) ?? 'none';
}

/** The largest of some is at least each of them. */
export const largest = (bounds: readonly Bound[]): Bound => (bounds.includes('asked') ? 'asked' : worst(bounds));

const REACH_MAX = BigInt(LISTEN_MAX_MS + 86_400_000) * 10_000n;

/** Of a literal. */
export function literalBound({ literal, text }: Node): Bound {
  if (literal === 'DateTime') return text.trim() === 'null' ? 'none' : 'ever';
  const span = literal === 'Timespan' ? parseSpan(text) : undefined;
  return span !== undefined && ticksOf(span) > REACH_MAX ? 'ever' : 'none';
}

/** What leaves a moment where it is, or near. */
const NEAR = new Set([
  'bin',
  'floor',
  'bin_at',
  'coalesce',
  'min_of',
  'startofday',
  'endofday',
  'timespan',
  'totimespan',
]);
const MAKES_TIME = /date|^startof|^endof|^unixtime/;

/** Of a call: what may move a moment anywhere, or makes one of something else, bounds nothing. */
export function callBound(name: string, given: readonly Bound[]): Bound {
  const bound = worst(given);
  return NEAR.has(name) || (bound === 'none' && !MAKES_TIME.test(name)) ? bound : 'ever';
}

/** Whether an operator writes a date of its own, or one that is moved far, into a column. What rows say of themselves is believed. */
export const makesDates = (operator: Node): boolean =>
  /^(?:Project|Extend|Summarize|Distinct|MvExpand|Serialize)/.test(operator.is) &&
  [...nodes(operator)].some(
    (node) =>
      (node.is === 'LiteralExpression' && literalBound(node) === 'ever') ||
      (node.is === 'FunctionCallExpression' &&
        MAKES_TIME.test(nameOf(child(node, 'Name'))) &&
        ![...nodes(child(node, 'ArgumentList'))].some(({ is }) => is === 'NameReference')),
  );

/** Whether only rows that begin at or after something that was asked for meet `condition`. `times`: the columns that say when. */
export function boundsTime(condition: Node, times: ReadonlySet<string>, asked: (node: Node) => boolean): boolean {
  const inner = (node: Node): boolean => boundsTime(node, times, asked);
  const isTime = (node: Node): boolean => node.is === 'NameReference' && times.has(nameOf(node));
  const [left, right] = [condition.fields.Left, condition.fields.Right];
  switch (condition.is) {
    case 'ParenthesizedExpression':
      return inner(child(condition, 'Expression'));
    case 'BetweenExpression':
      return child(condition, 'Operator').text === 'between' && isTime(left!) && asked(child(right!, 'First'));
    case 'BinaryExpression':
      switch (child(condition, 'Operator').text) {
        case 'and':
          return inner(left!) || inner(right!);
        case 'or':
          return inner(left!) && inner(right!);
        case '>=':
        case '>':
          return isTime(left!) && asked(right!);
        case '<=':
        case '<':
          return isTime(right!) && asked(left!);
        case '==':
          return (isTime(left!) && asked(right!)) || (isTime(right!) && asked(left!));
        default:
          return false;
      }
    default:
      return false;
  }
}

/**
 * The columns that still say when, after an operator, under their names of then: a filter on one of them would be as good before the
 * operator. None where it would not.
 */
export function timesAfter(operator: Node, times: ReadonlySet<string>): ReadonlySet<string> {
  const expressions = list(operator, 'Expressions');
  switch (operator.is) {
    case 'ExtendOperator':
    case 'SerializeOperator':
      return looksAtOtherRows(operator) ? new Set() : redefined(expressions, times);
    case 'ProjectOperator':
      return looksAtOtherRows(operator) ? new Set() : listed(expressions, times);
    case 'DistinctOperator':
    case 'ProjectKeepOperator':
      return listed(expressions, times);
    case 'ProjectRenameOperator':
      return redefined(expressions, times, true);
    case 'ProjectAwayOperator': {
      const away = new Set(expressions.map(nameOf));
      return new Set([...times].filter((time) => !away.has(time)));
    }
    case 'SummarizeOperator': {
      const by = operator.fields.ByClause;
      return by === undefined ? new Set() : listed(list(by, 'Expressions'), times);
    }
    case 'MvExpandOperator':
      return redefined([...nodes(operator)], times);
    case 'SortOperator':
    case 'ProjectReorderOperator':
      return times;
    default:
      return new Set();
  }
}

const WINDOW = /^(?:row_\w+|prev|next)$/;
const looksAtOtherRows = (operator: Node): boolean =>
  [...nodes(operator)].some((node) => node.is === 'FunctionCallExpression' && WINDOW.test(nameOf(child(node, 'Name'))));

/** Where an operator lists its columns. */
function listed(expressions: readonly Node[], times: ReadonlySet<string>): Set<string> {
  return new Set(
    expressions.flatMap((node) => {
      if (node.is === 'StarExpression') return [...times];
      if (node.is === 'NameReference') return times.has(nameOf(node)) ? [nameOf(node)] : [];
      if (node.is !== 'SimpleNamedExpression') return [];
      const from = child(node, 'Expression');
      return from.is === 'NameReference' && times.has(nameOf(from)) ? [nameOf(child(node, 'Name'))] : [];
    }),
  );
}

/** Where it only adds, or gives other names. */
function redefined(expressions: readonly Node[], times: ReadonlySet<string>, renames = false): Set<string> {
  const left = new Set(times);
  for (const node of expressions) {
    if (node.is === 'CompoundNamedExpression') {
      for (const name of list(child(node, 'Names'), 'Names')) left.delete(nameOf(name));
    }
    if (node.is !== 'SimpleNamedExpression') continue;
    const [name, from] = [nameOf(child(node, 'Name')), child(node, 'Expression')];
    const isTime = from.is === 'NameReference' && times.has(nameOf(from));
    if (isTime) left.add(name);
    else left.delete(name);
    if (isTime && renames) left.delete(nameOf(from));
  }
  return left;
}
