/** The evaluator against answers recorded from the official emulator of the engine: every case that it claims must be equal. */
import { existsSync, readFileSync } from 'node:fs';
import { notClaimed } from './claims.ts';
import { plain } from './dynamic.ts';
import { evaluateExactly, type KqlDatabase } from './evaluate.ts';
import type { Table } from './scope.ts';
import { parseDate, parseSpan } from './text.ts';
import { type Time, type Type, ticksOf, type Value } from './values.ts';

/** Beside the checkout: it is no part of this repository. */
export const corpusFile = new URL('../../../../shared/data/kql-corpus.json', import.meta.url);

export interface CorpusScore {
  /** Cases that the evaluator claims. */
  readonly cases: number;
  readonly unequal: number;
  /** One line for each unequal case. */
  readonly details: readonly string[];
  /** Cases by the reason why they are not claimed. */
  readonly unclaimed: ReadonlyMap<string, number>;
}

interface Recorded {
  readonly columns: readonly string[];
  readonly column_types: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

interface Case {
  readonly id: string;
  readonly kql: string;
  readonly expected?: Recorded | null;
}

const typeNames: Readonly<Record<Type, string>> = {
  bool: 'SByte',
  int: 'Int32',
  long: 'Int64',
  real: 'Double',
  decimal: 'SqlDecimal',
  datetime: 'DateTime',
  timespan: 'TimeSpan',
  string: 'String',
  guid: 'Guid',
  dynamic: 'Object',
};

export function corpusExists(): boolean {
  return existsSync(corpusFile);
}

export function scoreCorpus(): CorpusScore {
  const { cases } = JSON.parse(readFileSync(corpusFile, 'utf8')) as { cases: readonly Case[] };
  const unclaimed = new Map<string, number>();
  const details: string[] = [];
  let claimed = 0;
  for (const { id, kql, expected } of cases) {
    if (expected === undefined || expected === null) continue;
    const reason = notClaimed(kql);
    if (reason !== undefined) {
      unclaimed.set(reason, (unclaimed.get(reason) ?? 0) + 1);
      continue;
    }
    claimed++;
    const difference = differenceOf(kql, expected);
    if (difference !== undefined) details.push(`${id}: ${difference}`);
  }
  return { cases: claimed, unequal: details.length, details, unclaimed };
}

const empty: KqlDatabase = { name: 'corpus', tables: new Map(), functions: new Map() };

/** Undefined where the answer is the recorded one. */
export function differenceOf(kql: string, expected: Recorded): string | undefined {
  let table: Table;
  try {
    table = evaluateExactly(kql, empty);
  } catch (error) {
    return String(error);
  }
  const shape = table.columns.map(({ name, type }) => `${name}:${typeNames[type]}`).join(', ');
  const wanted = expected.columns.map((name, i) => `${name}:${expected.column_types[i]}`).join(', ');
  if (shape !== wanted) return `columns ${shape} instead of ${wanted}`;
  const types = table.columns.map(({ type }) => type);
  const rows = table.rows.map((row) => types.map((type, i) => comparable(row[i] ?? null, type)));
  const recorded = expected.rows.map((row) => row.map((value, i) => recordedValue(value, types[i]!)));
  const equal = table.serialized ? sameRows(rows, recorded) : sameSet(rows, recorded);
  return equal ? undefined : `rows ${brief(rows)} instead of ${brief(recorded)}`;
}

/** Times as text of their ticks, so that both sides compare without loss. */
function comparable(value: Value, type: Type): unknown {
  if (value === null) return type === 'string' ? '' : null;
  if (type === 'datetime' || type === 'timespan') return `${ticksOf(value as Time)} ticks`;
  if (type === 'dynamic') return plain(value);
  return typeof value === 'bigint' ? Number(value) : value;
}

function recordedValue(value: unknown, type: Type): unknown {
  if (type === 'datetime' && typeof value === 'string') return `${ticksOf(parseDate(value)!)} ticks`;
  if (type === 'timespan' && typeof value === 'string') return `${ticksOf(parseSpan(value)!)} ticks`;
  if (type === 'real' && typeof value === 'string') return Number(value);
  return value;
}

/** Relative difference of two reals that still are the same. */
const TOLERANCE = 1e-12;

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && same(x[key], y[key]));
}

function sameRows(a: readonly unknown[][], b: readonly unknown[][]): boolean {
  return a.length === b.length && a.every((row, i) => same(row, b[i]));
}

/** Where the query gives no order: the same rows as often. */
function sameSet(a: readonly unknown[][], b: readonly unknown[][]): boolean {
  const left = [...b];
  return (
    a.length === b.length &&
    a.every((row) => {
      const place = left.findIndex((other) => same(row, other));
      if (place >= 0) left.splice(place, 1);
      return place >= 0;
    })
  );
}

function brief(rows: readonly unknown[][]): string {
  return JSON.stringify(rows).slice(0, 300);
}
