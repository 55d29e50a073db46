/**
 * What a query reads of the tables of the database: the rows that each reference hands out once the filters on its time columns have been
 * applied, which is what an engine that keeps its rows by time would look at. Each use of a `let` is a read of its own.
 */
import type { Row, Scope, Shape } from './scope.ts';
import { child, type Node, nameOf, nodes } from './tree.ts';

/** Rows of a reference on their way through the operators that pass filters on. */
export class Read {
  readonly table: string;
  /** After the filters on time so far, in the columns of the table that they are on their way in. */
  readonly rows: readonly Row[];
  /** Others go on from here: this one is no read of its own. */
  goesOn = false;
  readonly #all: Read[];

  constructor(table: string, rows: readonly Row[], all: Read[]) {
    this.table = table;
    this.rows = rows;
    this.#all = all;
    all.push(this);
  }

  next(rows: readonly Row[] = this.rows): Read {
    this.goesOn = true;
    return new Read(this.table, rows, this.#all);
  }
}

/** Operators through which a filter after them would reach the rows before them. */
const passing = new Set([
  'ExtendOperator',
  'ProjectOperator',
  'ProjectAwayOperator',
  'ProjectKeepOperator',
  'ProjectRenameOperator',
  'ProjectReorderOperator',
]);

/** The read after an operator; undefined where the operator ends it. */
export function readAfter(read: Read | undefined, operator: Node, input: Shape, scope: Scope): Read | undefined {
  if (read === undefined) return undefined;
  if (passing.has(operator.is)) return read.next(scope.engine.stage(operator, input, scope).run(read.rows));
  if (operator.is !== 'FilterOperator') return undefined;
  const inner = scope.withColumns(input.columns);
  let { rows } = read;
  for (const condition of conjuncts(child(operator, 'Condition'))) {
    if (!saysWhen(condition, input)) continue;
    const expr = scope.engine.expression(condition, inner);
    rows = rows.filter((row, index) => expr.value(row, index, rows) === true);
  }
  return read.next(rows);
}

function conjuncts(node: Node): readonly Node[] {
  if (node.is === 'ParenthesizedExpression') return conjuncts(child(node, 'Expression'));
  const isAnd = node.is === 'BinaryExpression' && child(node, 'Operator').text === 'and';
  return isAnd ? [...conjuncts(child(node, 'Left')), ...conjuncts(child(node, 'Right'))] : [node];
}

/** Looks at no column but those that say when: also where it looks at none, and the whole reference is switched on or off. */
function saysWhen(condition: Node, { columns }: Shape): boolean {
  return [...nodes(condition)].every((node) => {
    if (node.is !== 'NameReference') return true;
    const column = columns.find(({ name }) => name === nameOf(node));
    return column === undefined || column.type === 'datetime';
  });
}
