/**
 * What arrives late, into a database whose views have not taken up all of it: an answer counts each row once or not yet, never twice, and
 * says of which hours something may be missing.
 */
import { expect, test } from 'vitest';
import { HEADER_ROW, kustoNames } from '../../../src/kusto/names.ts';
import { runReport } from '../../../src/reports/run.ts';
import { kqlStore } from '../../../src/stores/kusto/store.ts';
import { type TestPart, testRow } from '../../helpers/parts.ts';
import { type AnyParameters, allReports, reportFunctions } from '../../helpers/reports.ts';
import { evaluatingClient, kqlDatabase, parityObjects } from '../verify/parity/kql-side.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const names = kustoNames();
const objects = parityObjects(names, reportFunctions(names));
const iso = (ms: number): string => new Date(ms).toISOString();

const day = Date.UTC(2026, 10, 21);
const now = day + 14 * HOUR + 10 * MIN;

/** One row a part, of two instances; a power of two each: the sum tells which of them count. */
const parts: readonly TestPart[] = Array.from({ length: 46 }, (_, i) => {
  const windowStart = day + Math.floor(i / 2) * 37 * MIN;
  return {
    instance: `storefront-${i % 2}`,
    sequence: Math.floor(i / 2) + 1,
    startedAt: day,
    sealedAt: windowStart + MIN,
    rows: [testRow({ windowStart, value: 2 ** i })],
  };
});
/** Those of one instance between 3:00 and 9:00 waited in its spool, and came last. */
const isLate = ({ instance, sealedAt }: TestPart): boolean =>
  instance === 'storefront-1' && sealedAt > day + 3 * HOUR && sealedAt < day + 9 * HOUR;
const arrived = [...parts.filter((part) => !isLate(part)), ...parts.filter(isLate)];
const late = parts.filter(isLate).length;

const [load, trend] = ['load', 'trend'].map((name) => allReports.find((report) => report.name === name)!);

test.each([
  ['all of it', arrived.length],
  ['half of what came late', arrived.length - Math.floor(late / 2)],
  ['nothing that came late', arrived.length - late],
  ['the first hours', 14],
  ['nothing', 0],
])('the views have taken up %s', async (_, taken) => {
  const deliveries = arrived.map((part) => ({ part, rows: [HEADER_ROW, 0] }));
  const client = evaluatingClient(kqlDatabase(objects, names, deliveries, undefined, taken), () => now);
  for (const [from, to] of [
    [day, day + 14 * HOUR],
    [day + 2 * HOUR + 13 * MIN, day + 7 * HOUR + 41 * MIN],
    [day + 4 * HOUR, day + 4 * HOUR + 55 * MIN],
  ] as const) {
    const asked = { tz: 'UTC', from: iso(from), to: iso(to) };
    const answer = await runReport(kqlStore(client, names), load!, asked, { now });
    const counts = (part: TestPart): boolean => {
      const at = part.rows[0]!.windowStart;
      if (at < from || at >= to) return false;
      const isSettled = at >= Math.ceil(from / HOUR) * HOUR && at < (answer.settled ?? 0);
      return !isSettled || arrived.indexOf(part) < taken;
    };
    const expected = parts.filter(counts).reduce((sum, { rows }) => sum + rows[0]!.value, 0);
    const totalOf = (rows: readonly unknown[]): number =>
      (rows as { kind: string; value: number }[])
        .filter(({ kind }) => kind === 'total')
        .reduce((sum, { value }) => sum + value, 0);
    expect(totalOf(answer.rows)).toBe(expected);
    const hourly: AnyParameters = { ...asked, step: '1h' };
    const steps = await runReport(kqlStore(client, names), trend!, hourly, { now });
    expect(totalOf(steps.rows)).toBe(expected);
    const { columns, rows } = await client.query(
      `${names.report('load')}(datetime(${iso(from)}), datetime(${iso(to)}))`,
    );
    expect(totalOf(rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]]))))).toBe(expected);
    // What came late is all that may be missing, and only while the view has it not.
    const missing = parts.filter(
      (part) => !counts(part) && part.rows[0]!.windowStart >= from && part.rows[0]!.windowStart < to,
    );
    expect(missing.every(isLate)).toBe(true);
    if (taken === arrived.length) expect(missing).toEqual([]);
  }
});

test('the answer says before which hour that is so, and only where it reads such hours', async () => {
  const deliveries = arrived.map((part) => ({ part, rows: [HEADER_ROW, 0] }));
  const store = kqlStore(
    evaluatingClient(kqlDatabase(objects, names, deliveries), () => now),
    names,
  );
  const settledOf = async (name: string, parameters: object): Promise<string | undefined> => {
    const report = allReports.find((one) => one.name === name)!;
    const { settled } = await runReport(store, report, { tz: 'UTC', ...parameters }, { now });
    return settled === undefined ? undefined : iso(settled);
  };
  expect(await settledOf('load', { since: '12h' })).toBe(iso(day + 11 * HOUR));
  expect(await settledOf('load', { from: iso(day), to: iso(day + 6 * HOUR) })).toBe(iso(day + 6 * HOUR));
  expect(await settledOf('load', { since: '2h' })).toBeUndefined();
  expect(await settledOf('load', { since: '12h', asOf: iso(now - MIN) })).toBeUndefined();
  expect(await settledOf('trend', { since: '12h', step: '5m' })).toBeUndefined();
  expect(await settledOf('inventory', { since: '12h' })).toBeUndefined();
});
