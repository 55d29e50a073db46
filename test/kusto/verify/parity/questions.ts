import { parseAttributes } from '../../../../src/core/attributes.ts';
import type { Report } from '../../../../src/reports/report.ts';
import { toZone } from '../../../../src/reports/time.ts';
import type { TestRow } from '../../../helpers/parts.ts';
import { type AnyParameters, parametersOf } from '../../../helpers/reports.ts';
import type { DataSet } from './data-set.ts';
import type { Random } from './random.ts';
import { attributeNames, zones } from './vocabulary.ts';

/** One question to both stores, of what the report takes. */
export function randomQuestion(random: Random, set: DataSet, report: Report): AnyParameters {
  const rows = set.parts.flatMap((part) => part.rows);
  const takes = (name: keyof AnyParameters, probability: number): boolean =>
    parametersOf(report).includes(name) && random.chance(probability);
  const tz = random.pick(zones);
  return {
    tz,
    ...randomRange(random, set, tz),
    ...(takes('where', 0.35) ? { where: randomWhere(random, rows) } : {}),
    ...(takes('by', 0.5) ? { by: randomBy(random, rows) } : {}),
    ...(takes('limit', 0.6) ? { limit: random.pick([1, 2, 3, 5, 100_000]) } : {}),
    ...(takes('measure', 0.6) ? { measure: random.chance(0.95) ? random.pick(rows).event : 'no.such.event' } : {}),
    ...(takes('asOf', 0.25) ? { asOf: iso(random.pick(set.parts).sealedAt + random.int(-2_000, 2_000)) } : {}),
    ...(takes('at', 0.4) ? { at: 'peak' } : {}),
    ...(takes('step', 0.7) ? { step: randomStep(random, set) } : {}),
    ...(takes('baseline', 0.6) ? { baseline: randomBaseline(random, set) } : {}),
  };
}

const HOUR = 3_600_000;
const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** As a person in that zone would write it. */
const wall = (ms: number, tz: string): string => new Date(toZone(ms, tz)).toISOString().slice(0, 19);
const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1000))}s`;

function randomRange(random: Random, set: DataSet, tz: string): AnyParameters {
  // Near rows: most ranges should hold some.
  const starts = set.parts.flatMap((part) => part.rows.map((row) => row.windowStart));
  const at = (): number =>
    random.chance(0.3)
      ? set.from + random.real() * (set.to - set.from)
      : random.pick(starts) + random.int(-90_000, 90_000);
  const hours = (ms: number): number => Math.floor(ms / HOUR) * HOUR;
  const [a, b] = [at(), at()].sort((x, y) => x - y) as [number, number];
  switch (random.int(0, 7)) {
    case 0:
      return { since: seconds(set.now - set.from + random.int(0, 5_000)) };
    case 1:
      return { since: random.pick(['90s', '15m', '1h', '3h', '1d', '7d', '2w']) };
    case 2:
      return { from: iso(a), to: iso(b + 1_000) };
    case 3:
      return { from: iso(hours(a)), to: iso(hours(b) + HOUR) };
    case 4:
      return { from: wall(a, tz), to: wall(b + 1_000, tz) };
    case 5:
      return { from: wall(a, tz).slice(0, 10), to: wall(b + 24 * HOUR, tz).slice(0, 10) };
    case 6:
      return { since: seconds(b - a), to: iso(b) };
    default:
      return { from: iso(set.from - random.int(0, 3 * HOUR)), to: iso(set.to + random.int(0, 3 * HOUR)) };
  }
}

function randomWhere(random: Random, rows: readonly TestRow[]): string {
  return Array.from({ length: random.pick([1, 1, 2]) }, () => randomCondition(random, random.pick(rows))).join(',');
}

function randomCondition(random: Random, row: TestRow): string {
  const field = random.pick(['target', 'origin', 'service', 'originService', 'event', 'unit', 'attribute'] as const);
  const operator = random.pick(['=', '=', '!=', '~', '~', '!~']);
  const named = random.pick([...Object.entries(parseAttributes(row.attributes)), ['tenant', 'acme'] as const]);
  const name = /^[^=!~,]+$/.test(named[0]) ? named[0] : 'feature';
  const value = field === 'attribute' ? named[1] : row[field];
  const asked = operator.endsWith('~') ? randomPattern(random, value) : random.chance(0.1) ? `${value}?` : value;
  const quoted = asked.replaceAll(/[\\"]/g, '\\$&');
  return `${field === 'attribute' ? `attribute.${name}` : field}${operator}"${quoted}"`;
}

/** Patterns that the value matches, and some that differ from one by a letter or by its case. */
function randomPattern(random: Random, value: string): string {
  const chars = [...value];
  const cut = random.int(0, chars.length);
  const tail = random.int(cut, chars.length);
  const [head, middle, rest] = [chars.slice(0, cut), chars.slice(cut, tail), chars.slice(tail)].map((c) => c.join(''));
  return random.pick([
    '*',
    `${head}*`,
    `*${rest}`,
    `*${middle}*`,
    `${head}*${rest}`,
    `${head}*`.toUpperCase(),
    `${head}.*`,
    `${head}_${rest}`,
    `${head}%`,
    value,
  ]);
}

export function randomBy(random: Random, rows: readonly TestRow[]): string {
  const names = rows.flatMap((row) => Object.keys(parseAttributes(row.attributes)));
  const name = names.length > 0 && random.chance(0.9) ? random.pick(names) : random.pick(attributeNames);
  const attribute = `attribute.${name.includes(',') ? JSON.stringify(name) : name}`;
  const one = (): string => random.pick(['origin', 'target', 'service', attribute, attribute]);
  return random.chance(0.7) ? one() : [...new Set([one(), one(), one()])].join(',');
}

function randomStep(random: Random, set: DataSet): string {
  const n = Math.ceil((set.to - set.from) / 1000 / set.windowSeconds / random.int(1, 40));
  return random.pick([`${n * set.windowSeconds}s`, `${n * set.windowSeconds}s`, '5m', '1h', '1d', '1w']);
}

function randomBaseline(random: Random, set: DataSet): string {
  const middle = set.from + random.real() * (set.to - set.from);
  return random.pick([
    seconds(middle - set.from),
    '5m',
    '1h',
    '1d',
    `${iso(set.from)}..${iso(Math.max(middle, set.from + 1_000))}`,
  ]);
}
