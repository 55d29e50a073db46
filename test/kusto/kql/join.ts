/** `join` and `lookup`. */
import { commonType, keyText } from './compare.ts';
import { KqlError, semantic, unsupported } from './errors.ts';
import { ColumnNames } from './naming.ts';
import type { Column, Expr, Row, Scope, Shape, Stage, Table } from './scope.ts';
import { child, list, type Node, namedParameters, nameOf } from './tree.ts';
import type { Value } from './values.ts';

interface Keys {
  readonly left: readonly Expr[];
  readonly right: readonly Expr[];
  /** Names of the right columns among them. */
  readonly rightNames: ReadonlySet<string>;
}

type Kind =
  | 'innerunique'
  | 'inner'
  | 'leftouter'
  | 'rightouter'
  | 'fullouter'
  | 'leftanti'
  | 'rightanti'
  | 'leftsemi'
  | 'rightsemi';

const kinds: Readonly<Record<string, Kind>> = {
  innerunique: 'innerunique',
  inner: 'inner',
  leftouter: 'leftouter',
  rightouter: 'rightouter',
  fullouter: 'fullouter',
  anti: 'leftanti',
  leftanti: 'leftanti',
  leftantisemi: 'leftanti',
  rightanti: 'rightanti',
  rightantisemi: 'rightanti',
  leftsemi: 'leftsemi',
  rightsemi: 'rightsemi',
};

function parts(node: Node, input: Shape, scope: Scope, standard: Kind): { kind: Kind; right: Table; keys: Keys } {
  const named = namedParameters(node).get('kind')?.text;
  const kind = named === undefined ? standard : (kinds[named] ?? semantic(`join kind ${named}`));
  const right =
    scope.engine.table(child(node, 'Expression'), scope.withoutColumns()) ?? semantic('join with what is no table');
  const clause = node.fields.ConditionClause ?? child(node, 'LookupClause');
  if (clause.is !== 'JoinOnClause') return unsupported(clause.is);
  return { kind, right, keys: keysOf(list(clause, 'Expressions'), input, right) };
}

function keysOf(conditions: readonly Node[], input: Shape, right: Table): Keys {
  const pairs = conditions.map((condition) => {
    if (condition.is === 'NameReference') return [nameOf(condition), nameOf(condition)] as const;
    const sides = new Map(['Left', 'Right'].map((side) => sideOf(condition, side)));
    const [a, b] = [sides.get('$left'), sides.get('$right')];
    return a === undefined || b === undefined ? semantic('join on a, or $left.a == $right.b') : ([a, b] as const);
  });
  const column = (name: string, columns: readonly Column[]): Expr => {
    const place = columns.findIndex((found) => found.name === name);
    if (place < 0) return semantic(`join on ${name}: no such column`);
    const { type } = columns[place]!;
    return { type, value: (row) => row[place] ?? (type === 'string' ? '' : null), constant: false, window: false };
  };
  const keys = {
    left: pairs.map(([name]) => column(name, input.columns)),
    right: pairs.map(([, name]) => column(name, right.columns)),
    rightNames: new Set(pairs.map(([, name]) => name)),
  };
  keys.left.forEach((key, i) => {
    const other = keys.right[i]!.type;
    if (commonType(key.type, other) === undefined) semantic(`join on ${pairs[i]![0]}: ${key.type} and ${other}`);
    if (key.type === 'dynamic') unsupported('join on a dynamic column');
  });

  return keys;
}

/** `$left.a` as ['$left', 'a']. */
function sideOf(condition: Node, side: string): [string, string] {
  const path = condition.is === 'BinaryExpression' ? child(condition, side) : condition;
  if (path.is !== 'PathExpression') return unsupported('join on more than columns');
  return [nameOf(child(path, 'Expression')), nameOf(child(path, 'Selector'))];
}

/** Undefined for a row with a null in its key: equality with null is never true. */
function keyTextOf(row: Row, keys: readonly Expr[], rows: readonly Row[]): string | undefined {
  const texts: string[] = [];
  for (const key of keys) {
    const value = key.value(row, 0, rows);
    if (value === null) return undefined;
    texts.push(keyText(value));
  }
  return texts.join('|');
}

class Index {
  readonly #rows = new Map<string, Row[]>();
  /** Rows with a null in their key. */
  readonly loose: Row[] = [];

  constructor(rows: readonly Row[], keys: readonly Expr[]) {
    for (const row of rows) {
      const key = keyTextOf(row, keys, rows);
      const list = key === undefined ? this.loose : this.#rows.get(key);
      if (list === undefined) this.#rows.set(key!, [row]);
      else list.push(row);
    }
  }

  find(key: string | undefined): readonly Row[] {
    return key === undefined ? [] : (this.#rows.get(key) ?? []);
  }
}

/** Null keys on both sides: what the engine does was not recorded, so there is no answer here. */
function noNullPairs(left: number, right: number): void {
  if (left > 0 && right > 0)
    throw new KqlError('unsupported', 'the evaluator does not join rows whose keys are null on both sides');
}

export function join(node: Node, input: Shape, scope: Scope): Stage {
  const { kind, right, keys } = parts(node, input, scope, 'innerunique');
  const index = new Index(right.rows, keys.right);
  const leftIndex = (rows: readonly Row[]): Index => {
    const made = new Index(rows, keys.left);
    noNullPairs(made.loose.length, index.loose.length);
    return made;
  };
  const shape = { ...input, serialized: false, name: undefined };
  const found = (row: Row, rows: readonly Row[]): readonly Row[] => index.find(keyTextOf(row, keys.left, rows));
  switch (kind) {
    case 'leftanti':
    case 'leftsemi':
      return {
        ...shape,
        run: (rows) => {
          leftIndex(rows);
          return rows.filter((row) => (kind === 'leftsemi') === found(row, rows).length > 0);
        },
      };
    case 'rightanti':
    case 'rightsemi':
      return {
        ...shape,
        columns: right.columns,
        run: (rows) => {
          const left = leftIndex(rows);
          const matched = (row: Row): boolean => left.find(keyTextOf(row, keys.right, right.rows)).length > 0;
          return right.rows.filter((row) => (kind === 'rightsemi') === matched(row));
        },
      };
    default:
  }
  const columns = sideBySide(input.columns, right.columns);
  const blankLeft = blank(input.columns);
  const blankRight = blank(right.columns);
  const keepsLeft = kind === 'leftouter' || kind === 'fullouter';
  const keepsRight = kind === 'rightouter' || kind === 'fullouter';
  const run = (rows: readonly Row[]): Row[] => {
    const left = leftIndex(rows);
    const seen = new Set<string>();
    const result: Row[] = [];
    for (const row of rows) {
      const key = keyTextOf(row, keys.left, rows);
      // Of rows on the left with the same key, innerunique takes one.
      if (kind === 'innerunique' && key !== undefined) {
        if (seen.has(key)) continue;
        seen.add(key);
      }
      const others = index.find(key);
      for (const other of others) result.push([...row, ...other]);
      if (others.length === 0 && keepsLeft) result.push([...row, ...blankRight]);
    }
    if (keepsRight) {
      for (const other of right.rows) {
        if (left.find(keyTextOf(other, keys.right, right.rows)).length === 0) result.push([...blankLeft, ...other]);
      }
    }
    return result;
  };
  return { ...shape, columns, run };
}

function blank(columns: readonly Column[]): Value[] {
  return columns.map(({ type }) => (type === 'string' ? '' : null));
}

/** Columns of the right side get a number where their name is taken. */
function sideBySide(left: readonly Column[], right: readonly Column[]): Column[] {
  const names = new ColumnNames(left);
  return [...left, ...right.map(({ name, type }) => ({ name: names.take(name), type }))];
}

/** A join that shows no keys of the right side. */
export function lookup(node: Node, input: Shape, scope: Scope): Stage {
  const { kind, right, keys } = parts(node, input, scope, 'leftouter');
  if (kind !== 'leftouter' && kind !== 'inner') return semantic(`lookup kind ${kind}`);
  const places = right.columns.flatMap((column, i) => (keys.rightNames.has(column.name) ? [] : [i]));
  const kept = places.map((place) => right.columns[place]!);
  const index = new Index(right.rows, keys.right);
  const missing = blank(kept);
  const run = (rows: readonly Row[]): Row[] => {
    noNullPairs(new Index(rows, keys.left).loose.length, index.loose.length);
    return rows.flatMap((row) => {
      const others = index.find(keyTextOf(row, keys.left, rows));
      if (others.length === 0) return kind === 'inner' ? [] : [[...row, ...missing]];
      return others.map((other) => [...row, ...places.map((place) => other[place] ?? null)]);
    });
  };
  return { ...input, serialized: false, name: undefined, columns: sideBySide(input.columns, kept), run };
}
