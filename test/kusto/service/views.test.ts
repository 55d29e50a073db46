import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kustoNames } from '../../../src/kusto/names.ts';
import { rawRow } from '../raw-row.ts';
import { applySchema } from '../schema/apply.ts';
import { type FakeKusto, startFakeKusto } from './index.ts';
import type { Row } from './values.ts';

const names = kustoNames();
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 1);

let now = START;
let fake: FakeKusto;

beforeEach(async () => {
  now = START;
  fake = await startFakeKusto({ azurite: false, now: () => now });
  await applySchema((command) => fake.execute(command), names);
});
afterEach(() => fake.close());

function ingest(rows: readonly Row[]): void {
  fake.database.table(names.raw).append({ rows, ingestedAt: now, tags: [] });
}

/** Numbers that add up exactly in any order: multiples of 1/1024. */
function partRows(part: number, rows: number, random: () => number): Row[] {
  const at = START + part * 60_000;
  return Array.from({ length: rows }, (_, row) => {
    const value = Math.floor(random() * 4096) / 1024;
    const sampled = random() < 0.5;
    return rawRow({
      partId: `p-${part}`,
      row: row - 1,
      sealedAt: at + 60_000,
      windowStart: at,
      windowSeconds: 60,
      service: `s${Math.floor(random() * 3)}`,
      originService: 'web',
      origin: `GET /${Math.floor(random() * 4)}`,
      target: 'db',
      event: row === 0 ? 'attribution.part' : 'query',
      unit: 's',
      value: value,
      count: 1,
      samples: sampled ? 1 : 0,
      min: random() < 0.2 ? null : value / 2,
      // All different: which of two equal ones arg_max takes is open.
      max: random() < 0.2 ? null : value + part + row / 8192,
      exemplarTraceId: sampled ? `t${part}-${row}` : '',
      attributes: '{}',
    });
  });
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('equal to their query, run over everything at once', () => {
  it.each([1, 2, 3])('with rows in any number of portions, resent parts included (seed %i)', (seed) => {
    const random = seeded(seed);
    const parts = Array.from({ length: 25 }, (_, part) => partRows(part, 1 + Math.floor(random() * 12), random));
    const sent = [...parts, ...parts.slice(0, 8), ...parts.slice(20)];
    for (let i = 0; i < sent.length; ) {
      const portion = sent.slice(i, i + 1 + Math.floor(random() * 5));
      ingest(portion.flat());
      i += portion.length;
      now += 60_000;
      // Sometimes looked at in between, so that it is built in several steps.
      if (random() < 0.5) fake.database.view(names.rollup5mView).refresh();
      if (random() < 0.3) fake.database.view(names.rollup1hView).refresh();
    }
    const distinct = fake.execute(`${names.raw} | summarize take_any(*) by WindowStart, PartId, Row`);
    expect(sorted(fake.database.view(names.rows).rows)).toEqual(sorted(distinct.rows));
    expect(distinct.rows).toHaveLength(parts.flat().length);
    for (const name of [names.rollup5mView, names.rollup1hView]) {
      const view = fake.database.view(name);
      const direct = fake.execute(view.definition.text);
      expect(view.columns).toEqual(direct.columns);
      expect(sorted(view.rows)).toEqual(sorted(direct.rows));
      expect(view.rows.length).toBeGreaterThan(10);
    }
  });
});

describe('a part that comes twice', () => {
  const total = () =>
    fake.execute(`${names.rollup1h}() | summarize Samples = sum(Samples), Count = sum(Count)`).rows[0];
  const rows = partRows(0, 5, seeded(7));

  it.each([
    ['within the same portion', 0],
    ['an hour later', 3_600_000],
    ['at the end of the lookback', DAY],
  ])('%s counts once', (_, laterMs) => {
    ingest(laterMs === 0 ? [...rows, ...rows] : rows);
    const once = laterMs === 0 ? undefined : total();
    now += laterMs;
    if (laterMs > 0) ingest(rows);
    expect(fake.database.view(names.rows).rows).toHaveLength(5);
    expect(total()![1]).toBe(4);
    if (once !== undefined) expect(total()).toEqual(once);
  });

  it('after the lookback counts twice, as on the real service', () => {
    ingest(rows);
    expect(total()![1]).toBe(4);
    now += DAY + 1;
    ingest(rows);
    expect(fake.database.view(names.rows).rows).toHaveLength(10);
    expect(total()![1]).toBe(8);
    // The second arrival is the one that a third is compared with.
    now += DAY;
    ingest(rows);
    expect(total()![1]).toBe(8);
  });
});

describe('where a view begins', () => {
  const create = (properties: string, async = '') =>
    fake.execute(
      `.create ${async} ifnotexists materialized-view with (${properties}) Later on materialized-view ${names.rows} { ${names.rows} | summarize N = count() by PartId }`,
    );
  const rows = () => sorted(fake.execute('Later').rows);

  it('without backfill holds what comes from then on', () => {
    ingest(partRows(0, 3, seeded(1)));
    create("folder='f'");
    expect(rows()).toEqual([]);
    ingest(partRows(1, 2, seeded(1)));
    // Resent: the lower view knows these rows, so the upper one never sees them.
    ingest(partRows(0, 3, seeded(1)));
    expect(rows()).toEqual(['["p-1",2]']);
  });

  it('with backfill holds everything', () => {
    ingest(partRows(0, 3, seeded(1)));
    create('backfill=true', 'async');
    ingest(partRows(1, 2, seeded(1)));
    expect(rows()).toEqual(['["p-0",3]', '["p-1",2]']);
  });

  it('keeps what it counted when the raw rows are gone', () => {
    ingest(partRows(0, 3, seeded(1)));
    now += 8 * DAY;
    ingest(partRows(1, 2, seeded(1)));
    expect(fake.execute(`${names.raw} | count`).rows).toEqual([[2]]);
    expect(fake.execute(`${names.rows} | count`).rows).toEqual([[5]]);
    expect(fake.execute(`${names.rollup1h}() | summarize sum(Count)`).rows).toEqual([[3]]);
  });

  it('forgets by its own retention', () => {
    ingest(partRows(0, 3, seeded(1)));
    fake.execute(`${names.rollup5m}() | count`);
    now += 63 * DAY;
    ingest(partRows(1, 2, seeded(1)));
    expect(fake.execute(`${names.rows} | count`).rows).toEqual([[2]]);
    expect(fake.execute(`${names.rollup5m}() | summarize sum(Count)`).rows).toEqual([[3]]);
    now += 181 * DAY;
    expect(fake.execute(`${names.rollup5m}() | count`).rows).toEqual([[0]]);
    expect(fake.execute(`${names.rollup1h}() | summarize sum(Count)`).rows).toEqual([[3]]);
  });

  it('stands only on a view that is take_any(*)', () => {
    const command = `.create materialized-view X on materialized-view ${names.rollup5mView} { ${names.rollup5mView} | summarize sum(Value) by Service }`;
    expect(() => fake.execute(command)).toThrow(/must be a take_any\(\*\)/);
  });
});

describe('a view that lags', () => {
  const LAG = 600_000;
  const count = (text: string) => fake.execute(`${text} | count`).rows[0]![0];
  const summed = (text: string) => fake.execute(`${text} | summarize sum(Count)`).rows[0]![0] ?? 0;
  const taken = (name: string) => `materialized_view('${name}')`;
  const lag = (name: string, ms = LAG) => void (fake.database.view(name).lagMs = ms);

  it('shows by its name what it has not taken up, and alone what it has', () => {
    lag(names.rows);
    ingest(partRows(0, 3, seeded(1)));
    now += LAG;
    ingest(partRows(1, 5, seeded(2)));
    expect([count(names.rows), count(taken(names.rows))]).toEqual([8, 3]);
    // Not lagging itself, a view above has what the lower one has. The header row of a part is not in the sums.
    expect([summed(names.rollup1hView), summed(taken(names.rollup1hView))]).toEqual([6, 2]);
    now += LAG;
    for (const name of [names.rows, names.rollup1hView]) expect(fake.execute(taken(name))).toEqual(fake.execute(name));
    expect(summed(taken(names.rollup1hView))).toBe(6);
  });

  it('may lag behind the view it stands on', () => {
    lag(names.rollup5mView);
    ingest(partRows(0, 3, seeded(1)));
    expect([count(names.rows), count(taken(names.rows))]).toEqual([3, 3]);
    expect([summed(names.rollup5mView), summed(taken(names.rollup5mView))]).toEqual([2, 0]);
    now += LAG;
    expect(summed(taken(names.rollup5mView))).toBe(2);
  });

  it('gives former names what they gave before: all that arrived', () => {
    lag(names.rollup1hView);
    ingest(partRows(0, 3, seeded(1)));
    expect([summed(`${names.rollup1h}()`), summed(`${names.rollup1hTaken}()`)]).toEqual([2, 0]);
    const asked = `${names.sums}(datetime(2026-11-01), datetime(2026-11-02), 1h, datetime(null))`;
    expect(summed(asked)).toBe(2);
    now += 2 * DAY;
    expect(summed(`${names.rollup1hTaken}()`)).toBe(2);
    expect(summed(asked)).toBe(2);
  });

  it('keeps what it has taken up when it begins to lag, and when the rows are gone', () => {
    ingest(partRows(0, 3, seeded(1)));
    expect(count(taken(names.rows))).toBe(3);
    lag(names.rows);
    expect(count(taken(names.rows))).toBe(3);
    now += 8 * DAY;
    ingest(partRows(1, 2, seeded(1)));
    expect([count(names.raw), count(names.rows), count(taken(names.rows))]).toEqual([2, 5, 3]);
  });

  it.each([1, 2, 3])('ends as one that never lagged (seed %i)', async (seed) => {
    const other = await startFakeKusto({ azurite: false, now: () => now });
    await applySchema((command) => other.execute(command), names);
    const random = seeded(seed);
    for (const name of [names.rows, names.rollup5mView, names.rollup1hView])
      lag(name, Math.floor((0.2 + random()) * 0.8 * LAG));
    const parts = Array.from({ length: 12 }, (_, part) => partRows(part, 1 + Math.floor(random() * 6), random));
    let behind = 0;
    for (const rows of [...parts, ...parts.slice(0, 4)]) {
      for (const { database } of [fake, other]) {
        database.table(names.raw).append({ rows, ingestedAt: now, tags: [] });
      }
      now += 60_000;
      behind += Number(count(names.rows)) - Number(count(taken(names.rows)));
      for (const name of [names.rows, names.rollup5mView, names.rollup1hView]) {
        expect(sorted(fake.execute(name).rows)).toEqual(sorted(other.execute(name).rows));
      }
    }
    expect(behind).toBeGreaterThan(0);
    now += LAG;
    for (const name of [names.rows, names.rollup5mView, names.rollup1hView]) {
      expect(sorted(fake.execute(taken(name)).rows)).toEqual(sorted(other.execute(name).rows));
    }
    await other.close();
  });
});

describe('another schema', () => {
  it('follows a new column of the table, rows before it have nothing there', () => {
    ingest(partRows(0, 1, seeded(1)));
    fake.execute(`.alter-merge table ${names.raw} (Region:string)`);
    ingest(partRows(1, 1, seeded(1)).map((row) => [...row, 'eu']));
    expect(fake.execute(`${names.rows} | project PartId, Region | order by PartId asc`).rows).toEqual([
      ['p-0', ''],
      ['p-1', 'eu'],
    ]);
    expect(fake.execute(`${names.rollup5m}() | summarize sum(Count)`).rows).toEqual([[0]]);
  });

  it('takes a new aggregate at the end of its columns', () => {
    fake.execute(
      `.create materialized-view V on table ${names.raw} { ${names.raw} | summarize N = count() by PartId }`,
    );
    ingest(partRows(0, 2, seeded(1)));
    fake.execute('V | count');
    fake.execute(
      `.alter materialized-view V on table ${names.raw} { ${names.raw} | summarize N = count(), Last = max(Row) by PartId }`,
    );
    ingest([...partRows(0, 2, seeded(1)), ...partRows(1, 3, seeded(1))]);
    expect(sorted(fake.execute('V').rows)).toEqual(['["p-0",4,0]', '["p-1",3,1]']);
  });
});

describe('queries', () => {
  it('answers in the words of the real service where a name is not there', () => {
    const refused = (text: string) => () => fake.execute(text);
    const unresolved = "SEM0100: Failed to resolve table or column expression named 'Missing'";
    expect(refused('Missing | count')).toThrow(unresolved);
    expect(refused(`${names.raw} | where Missing > 1`)).toThrow(unresolved);
    expect(refused('Missing()')).toThrow("SEM0260: Unknown function: 'Missing'");
    expect(refused("materialized_view('Missing')")).toThrow("materialized view named 'Missing'");
    expect(refused(`${names.raw} | wher`)).toThrow('Syntax error');
  });

  it('knows functions, views and parameters', () => {
    ingest(partRows(0, 3, seeded(1)));
    const text = `declare query_parameters(_part:string); materialized_view('${names.rows}') | where PartId == _part | count`;
    expect(fake.execute(text, { _part: "'p-0'" }).rows).toEqual([[3]]);
    expect(fake.execute(`${names.schema}()`).columns.map(({ name }) => name)).toEqual(['Version', 'Package']);
  });

  it('runs what follows a pipe over the result of a command', () => {
    expect(fake.execute('.show functions | where Name == "AttributionSchema" | project Name').rows).toEqual([
      ['AttributionSchema'],
    ]);
  });
});
