/** Operators that choose, name and compute columns. */
import { semantic, unsupported } from './errors.ts';
import { ColumnNames, derivedName } from './naming.ts';
import type { Column, Expr, Row, Scope, Shape, Stage } from './scope.ts';
import { child, list, type Node, nameOf } from './tree.ts';
import type { Value } from './values.ts';

interface NamedExpr {
  /** As the text says or as it follows from the expression; undefined if neither. */
  readonly name: string | undefined;
  readonly explicit: boolean;
  readonly expr: Expr;
}

export function namedExpressions(nodes: readonly Node[], scope: Scope): NamedExpr[] {
  return nodes.flatMap((node): NamedExpr[] => {
    if (node.is === 'CompoundNamedExpression') return unsupported('several names for one expression');
    const explicit = node.is === 'SimpleNamedExpression';
    const inner = explicit ? child(node, 'Expression') : node;
    const expr = scope.engine.expression(inner, scope);
    const many = sortedColumns(inner, expr);
    if (many === undefined) {
      const name = explicit ? nameOf(child(node, 'Name')) : derivedName(node);
      return [{ name, explicit: explicit || node.is === 'NameReference', expr }];
    }
    return explicit ? unsupported('a name for several columns') : many;
  });
}

/** `array_sort_asc` of several arrays gives a column for each. */
function sortedColumns(node: Node, expr: Expr): NamedExpr[] | undefined {
  if (node.is !== 'FunctionCallExpression' || !nameOf(child(node, 'Name')).startsWith('array_sort_')) return undefined;
  const args = list(child(node, 'ArgumentList'), 'Expressions').filter((arg) => arg.literal !== 'Boolean');
  if (args.length < 2) return undefined;
  return args.map((arg, i) => ({
    name: `${derivedName(arg) ?? unsupported('array_sort of an array without a name')}_sorted`,
    explicit: false,
    expr: {
      ...expr,
      value: (row, index, rows) => (expr.value(row, index, rows) as readonly Value[] | null)?.[i] ?? null,
    },
  }));
}

/** Rows made of the values of expressions. */
export function computed(exprs: readonly Expr[]): (rows: readonly Row[]) => Row[] {
  return (rows) => rows.map((row, index) => exprs.map((expr) => expr.value(row, index, rows)));
}

function needsOrder(exprs: readonly Expr[], input: Shape): void {
  if (!input.serialized && exprs.some((expr) => expr.window)) {
    semantic('functions that look at other rows need an order: put `serialize` or `sort` before them');
  }
}

export function project(node: Node, input: Shape, scope: Scope): Stage {
  const named = namedExpressions(list(node, 'Expressions'), scope.withColumns(input.columns));
  const exprs = named.map(({ expr }) => expr);
  needsOrder(exprs, input);
  return { ...input, columns: namedColumns(named), run: computed(exprs) };
}

function namedColumns(named: readonly NamedExpr[]): Column[] {
  const names = new ColumnNames();
  return named.map(({ name, explicit, expr }) => {
    if (name === undefined) return { name: names.takeUnnamed(), type: expr.type };
    if (explicit && names.has(name)) semantic(`a column named ${name} is there already`);
    return { name: names.take(name), type: expr.type };
  });
}

export function printed(node: Node, scope: Scope): { columns: Column[]; rows: Row[] } {
  const nodes = list(node, 'Expressions');
  const names = new ColumnNames();
  const inner = scope.withColumns([]);
  const named = nodes.flatMap((item, i) => {
    const parts = namedExpressions([item], inner);
    // Without a name in the text the place counts, whatever the expression is.
    return parts.length === 1 && item.is !== 'SimpleNamedExpression' ? [{ ...parts[0]!, name: `print_${i}` }] : parts;
  });
  const columns = named.map(({ name, expr }) => ({ name: names.take(name!), type: expr.type }));
  return { columns, rows: computed(named.map(({ expr }) => expr))([[]]) };
}

/** New columns come last; one that is there already keeps its place. */
export function extend(node: Node, input: Shape, scope: Scope): Stage {
  const named = namedExpressions(list(node, 'Expressions'), scope.withColumns(input.columns));
  const exprs = named.map(({ expr }) => expr);
  needsOrder(exprs, input);
  const columns = [...input.columns];
  const names = new ColumnNames(columns);
  const places = named.map(({ name, expr }) => {
    const known = name === undefined ? -1 : columns.findIndex((column) => column.name === name);
    const column = {
      name: known >= 0 ? name! : name === undefined ? names.takeUnnamed() : names.take(name),
      type: expr.type,
    };
    if (known < 0) return columns.push(column) - 1;
    columns[known] = column;
    return known;
  });
  if (new Set(places).size < places.length) semantic('extend gives one column twice');
  const run = (rows: readonly Row[]): Row[] =>
    rows.map((row, index) => {
      const result = row.slice();
      for (let i = 0; i < exprs.length; i++) result[places[i]!] = exprs[i]!.value(row, index, rows);
      return result;
    });
  return { ...input, columns, run };
}

/** Rows with the columns at some places. */
export function picked(input: Shape, places: readonly number[]): Stage {
  return {
    ...input,
    columns: places.map((place) => input.columns[place]!),
    run: (rows) => rows.map((row) => places.map((place) => row[place] ?? null)),
  };
}

/** Places of the columns that a name or a pattern such as `a*` stands for. */
function matching(node: Node, columns: readonly Column[]): number[] {
  if (node.is === 'StarExpression') return columns.map((_, i) => i);
  const pattern = nameOf(node);
  if (!pattern.includes('*')) {
    const place = columns.findIndex((column) => column.name === pattern);
    return place < 0 ? semantic(`no column ${pattern}`) : [place];
  }
  const regexp = wildcard(pattern);
  return columns.flatMap((column, i) => (regexp.test(column.name) ? [i] : []));
}

export function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

export function projectAway(node: Node, input: Shape): Stage {
  const gone = new Set(list(node, 'Expressions').flatMap((name) => matching(name, input.columns)));
  return picked(
    input,
    input.columns.flatMap((_, i) => (gone.has(i) ? [] : [i])),
  );
}

export function projectKeep(node: Node, input: Shape): Stage {
  const kept = new Set(list(node, 'Expressions').flatMap((name) => matching(name, input.columns)));
  return picked(
    input,
    input.columns.flatMap((_, i) => (kept.has(i) ? [i] : [])),
  );
}

export function projectReorder(node: Node, input: Shape): Stage {
  const first = list(node, 'Expressions').flatMap((item) => {
    if (item.is !== 'OrderedExpression') return matching(item, input.columns);
    const places = matching(child(item, 'Expression'), input.columns);
    const direction = child(child(item, 'Ordering'), 'AscOrDescKeyword').text;
    if (direction !== 'asc' && direction !== 'desc') return unsupported(`the order ${direction} of columns`);
    const order = places.toSorted((a, b) => (input.columns[a]!.name < input.columns[b]!.name ? -1 : 1));
    return direction === 'asc' ? order : order.toReversed();
  });
  return picked(input, [...new Set([...first, ...input.columns.map((_, i) => i)])]);
}

export function projectRename(node: Node, input: Shape): Stage {
  const columns = [...input.columns];
  for (const rename of list(node, 'Expressions')) {
    const [place] = matching(child(rename, 'Expression'), input.columns);
    columns[place!] = { name: nameOf(child(rename, 'Name')), type: input.columns[place!]!.type };
  }
  if (new Set(columns.map((column) => column.name)).size < columns.length)
    semantic('project-rename gives one name twice');
  return { ...input, columns, run: (rows) => rows };
}

const systemTypes: Readonly<Record<string, string>> = {
  bool: 'System.SByte',
  int: 'System.Int32',
  long: 'System.Int64',
  real: 'System.Double',
  decimal: 'System.Data.SqlTypes.SqlDecimal',
  datetime: 'System.DateTime',
  timespan: 'System.TimeSpan',
  string: 'System.String',
  guid: 'System.Guid',
  dynamic: 'System.Object',
};

export function getSchema(input: Shape): Stage {
  return {
    ...input,
    columns: [
      { name: 'ColumnName', type: 'string' },
      { name: 'ColumnOrdinal', type: 'int' },
      { name: 'DataType', type: 'string' },
      { name: 'ColumnType', type: 'string' },
    ],
    run: () => input.columns.map(({ name, type }, i) => [name, i, systemTypes[type]!, type]),
  };
}
