import { wildcard } from './columns.ts';
import { KqlError, semantic, unsupported } from './errors.ts';
import type { Column, Row, Scope, Shape, Stage, Table } from './scope.ts';
import { list, type Node, namedParameters, nameOf } from './tree.ts';

interface Leg {
  readonly columns: readonly Column[];
  readonly name: string;
}

export function union(node: Node, input: Shape, scope: Scope): Stage {
  const tables = tablesOf(node, scope);
  const plan = merged(node, [{ columns: input.columns, name: input.name ?? 'union_arg0' }, ...legs(tables, 1)]);
  return {
    columns: plan.columns,
    serialized: false,
    name: undefined,
    run: (rows) => plan.rows([rows, ...tables.map((table) => table.rows)]),
  };
}

/** `union` at the beginning of a pipe. */
export function unionTable(node: Node, scope: Scope): Table {
  const tables = tablesOf(node, scope);
  const plan = merged(node, legs(tables, 0));
  return {
    columns: plan.columns,
    rows: plan.rows(tables.map((table) => table.rows)),
    serialized: false,
    name: undefined,
  };
}

function legs(tables: readonly Table[], first: number): Leg[] {
  return tables.map((table, i) => ({ columns: table.columns, name: table.name ?? `union_arg${first + i}` }));
}

function tablesOf(node: Node, scope: Scope): Table[] {
  const fuzzy = namedParameters(node).get('isfuzzy')?.text.toLowerCase() === 'true';
  const outer = scope.withoutColumns();
  return list(node, 'Expressions').flatMap((leg) => {
    if (leg.is === 'NameReference' && nameOf(leg).includes('*')) return wildcardTables(nameOf(leg), outer);
    try {
      return [scope.engine.table(leg, outer) ?? semantic('union with what is no table')];
    } catch (error) {
      if (fuzzy && error instanceof KqlError && error.code === 'semantic') return [];
      throw error;
    }
  });
}

function wildcardTables(pattern: string, scope: Scope): Table[] {
  const regexp = wildcard(pattern);
  return [...new Set(scope.tableNames())]
    .filter((name) => regexp.test(name))
    .map((name) => scope.engine.tableNamed(name, scope) ?? semantic(`no table ${name}`));
}

/** Columns of one name and type are one; those of one name and several types get the type into their names. */
function merged(
  node: Node,
  legs: readonly Leg[],
): { columns: Column[]; rows: (rows: readonly (readonly Row[])[]) => Row[] } {
  const parameters = namedParameters(node);
  const source = parameters.get('withsource') ?? parameters.get('with_source');
  // Only common columns, says the documentation; the official analyser says otherwise.
  if (parameters.get('kind')?.text === 'inner') unsupported('union kind=inner');
  const kept: Column[] = [];
  for (const column of legs.flatMap((leg) => leg.columns)) {
    if (kept.some((found) => same(found, column))) continue;
    // Columns of one name stand together.
    const last = kept.findLastIndex((found) => found.name === column.name);
    if (last < 0) kept.push(column);
    else kept.splice(last + 1, 0, column);
  }
  const columns = renamed(kept);
  const places = legs.map((leg) => kept.map((column) => leg.columns.findIndex((found) => same(found, column))));
  const sourceColumn: Column[] = source === undefined ? [] : [{ name: nameOf(source), type: 'string' }];
  const rows = (given: readonly (readonly Row[])[]): Row[] =>
    given.flatMap((part, leg) => {
      const from = places[leg]!;
      const head = source === undefined ? [] : [legs[leg]!.name];
      if (head.length === 0 && from.length === legs[leg]!.columns.length && from.every((place, i) => place === i))
        return part;
      return part.map((row) => [
        ...head,
        ...from.map((place, i) => (place < 0 ? null : row[place]) ?? (kept[i]!.type === 'string' ? '' : null)),
      ]);
    });
  return { columns: [...sourceColumn, ...columns], rows };
}

function same(a: Column, b: Column): boolean {
  return a.name === b.name && a.type === b.type;
}

function renamed(columns: readonly Column[]): Column[] {
  const counts = new Map<string, number>();
  for (const { name } of columns) counts.set(name, (counts.get(name) ?? 0) + 1);
  // Names that stay as they are come first, also where they come later.
  const taken = new Set(columns.filter(({ name }) => counts.get(name) === 1).map(({ name }) => name));
  return columns.map(({ name, type }) => {
    if (counts.get(name) === 1) return { name, type };
    let free = `${name}_${type}`;
    for (let i = 1; taken.has(free); i++) free = `${name}_${type}${i}`;
    taken.add(free);
    return { name: free, type };
  });
}
