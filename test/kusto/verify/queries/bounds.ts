/**
 * What a scalar says about time, and whether a condition keeps a reference from reading all of its table.
 *
 * A lower bound counts when it comes from what was asked: a parameter, `now()`, or a value of a table that is itself bounded. A date that
 * stands in the text does not (1970 is one), nor does a condition that holds for everything while its bound is null.
 */
import { child, list, type Node, nameOf, nodes } from '../../kql/tree.ts';

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

/** Of a literal. */
export function literalBound(node: Node): Bound {
  return node.literal === 'DateTime' && node.text.trim() !== 'null' ? 'ever' : 'none';
}

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
    case 'SortOperator':
    case 'ProjectReorderOperator':
    case 'MvExpandOperator':
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
