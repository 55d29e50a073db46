/** Random parts, and how they arrive. Both stores get the same. */
import type { TestPart, TestRow } from '../../../helpers/parts.ts';
import { Random } from './random.ts';
import { type Numbers, RowMaker } from './row-maker.ts';
import { moments } from './vocabulary.ts';

/** Rows of one part that arrive together; `HEADER_ROW` is the header row. */
export interface Delivery {
  readonly part: TestPart;
  readonly rows: readonly number[];
}

export interface DataSet {
  readonly seed: number;
  /** `exact`: k/1024, sums of which are exact in any order; `signed`: exact, with negatives; `real`: any doubles. */
  readonly numbers: Numbers;
  /** Each once. */
  readonly parts: readonly TestPart[];
  /** In order of arrival: parts in pieces, and again. */
  readonly deliveries: readonly Delivery[];
  /** Rows that never arrived, in either store. */
  readonly lost: readonly Delivery[];
  /** When the questions are asked, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** Begin of the oldest window and end of the newest. */
  readonly from: number;
  readonly to: number;
  readonly windowSeconds: number;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Window widths that a Kusto store takes: what divides its smallest rollup of 300 s. */
const widths = [1, 2, 5, 10, 12, 15, 20, 30, 50, 60, 60, 60, 60, 75, 100, 150, 300];

export function randomDataSet(seed: number): DataSet {
  const random = new Random(seed);
  const windowSeconds = random.pick(widths);
  const numbers = random.pick<Numbers>(['exact', 'exact', 'exact', 'signed', 'real']);
  const length = random.pick([random.int(1, 20) * MINUTE, HOUR, 3 * HOUR + 7 * MINUTE, 9 * HOUR, 2 * DAY, 9 * DAY]);
  const middle = random.pick(moments) + (random.chance(0.5) ? 0 : random.int(-DAY, DAY));
  const begin = Math.floor(middle - length * random.real());
  const rowsWanted = random.pick([
    random.int(1, 8),
    random.int(10, 60),
    random.int(60, 200),
    random.int(60, 200),
    random.int(200, 400),
  ]);
  const maker = new RowMaker(random, numbers);
  const parts: TestPart[] = [];
  const instances = random.int(1, Math.min(5, rowsWanted));
  for (let i = 0; i < instances; i++) {
    // A restart with another configuration: two widths in one store.
    const width = random.chance(0.1) ? random.pick(widths) : windowSeconds;
    parts.push(...instanceParts(random, maker, { begin, length, width, rows: Math.ceil(rowsWanted / instances) }));
  }
  const { deliveries, lost } = arrivals(random, parts);
  const windows = parts.flatMap((part) => part.rows.map((row) => [row.windowStart, part.windowSeconds!] as const));
  const to = Math.max(...windows.map(([start, width]) => start + width * 1000));
  return {
    seed,
    numbers,
    parts,
    deliveries,
    lost,
    // Live, a little late, long after, and now and then by a clock that is behind what it reads.
    now: random.chance(0.06)
      ? Math.floor(to - length / 3)
      : to + random.pick([0, 1_500, windowSeconds * 1000, 20 * MINUTE, 5 * HOUR]),
    from: Math.min(...windows.map(([start]) => start)),
    to,
    windowSeconds,
  };
}

interface Life {
  readonly begin: number;
  readonly length: number;
  readonly width: number;
  readonly rows: number;
}

/** What one instance seals: parts in sequence, late rows in some, now and then a hole, an empty or no final part. */
function instanceParts(random: Random, maker: RowMaker, { begin, length, width, rows }: Life): TestPart[] {
  const instance = hex(random, 8);
  const services = maker.someServices();
  const count = random.int(1, Math.min(6, rows));
  const ended = random.chance(0.5);
  const windowMs = width * 1000;
  let version = random.pick(['0.1.0', '0.2.0']);
  let mapping = random.pick(['m1', 'm2', "m'3"]);
  const parts: TestPart[] = [];
  for (let n = 1; n <= count; n++) {
    const sliceEnd = begin + (length * n) / count;
    const sliceBegin = begin + (length * (n - 1)) / count;
    const own: TestRow[] = [];
    for (let i = 0; i < Math.ceil(rows / count); i++) {
      const late = random.chance(0.1);
      const time = (late ? begin : sliceBegin) + random.real() * (sliceEnd - (late ? begin : sliceBegin));
      own.push(maker.row(Math.floor(time / windowMs) * windowMs, random.pick(services)));
    }
    if (random.chance(0.15)) version = '0.3.0-next.1';
    if (random.chance(0.15)) mapping = `m${n}`;
    const newest = Math.max(...own.map((row) => row.windowStart));
    const sealedAt = random.chance(0.2)
      ? Math.floor(newest + random.real() * windowMs)
      : newest + windowMs + random.int(0, 2_000);
    const shared = { instance, windowSeconds: width, package: version, mapping };
    const final = ended && n === count;
    const emptyEnd = final && random.chance(0.4);
    parts.push({ ...shared, sequence: n, sealedAt, rows: own, ...(final && !emptyEnd ? { final: true } : {}) });
    if (emptyEnd) parts.push({ ...shared, sequence: n + 1, sealedAt: sealedAt + 17, rows: [], final: true });
  }
  // A part that no store has: coverage and sources tell of it.
  const hole = random.chance(0.15) && parts.length > 2 ? random.int(0, parts.length - 2) : -1;
  return parts.filter((_, i) => i !== hole);
}

const HEADER = -1;

/** Parts in pieces, twice, mixed with others, and with rows that never come. */
function arrivals(random: Random, parts: readonly TestPart[]): { deliveries: Delivery[]; lost: Delivery[] } {
  const pieces: Delivery[] = [];
  const lost: Delivery[] = [];
  const incomplete = random.chance(0.15);
  for (const part of parts) {
    const all = [HEADER, ...part.rows.keys()];
    const losing = incomplete && part.rows.length > 1 && random.chance(0.3);
    const gone = losing ? random.some([...part.rows.keys()], random.int(1, part.rows.length - 1)) : [];
    if (gone.length > 0) lost.push({ part, rows: gone });
    const rows = all.filter((row) => !gone.includes(row));
    const cut = random.int(0, rows.length);
    const ways: readonly (readonly (readonly number[])[])[] = [
      [rows],
      [rows],
      [rows, rows],
      [rows.slice(0, cut), rows.slice(cut)],
      [random.some(rows, cut), rows],
      [rows.slice(cut), rows, rows.slice(0, cut)],
    ];
    for (const piece of random.pick(ways)) if (piece.length > 0) pieces.push({ part, rows: piece });
  }
  return { deliveries: random.shuffled(pieces), lost };
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random.int(0, 15).toString(16)).join('');
}
