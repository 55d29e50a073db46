/** Compares what the service counts with what the processes had on disk. */

import type { Row } from '../../../../src/core/row.ts';
import { HEADER_ROW } from '../../../../src/kusto/names.ts';
import type { RunResult } from './run.ts';
import type { Scenario } from './scenarios.ts';
import { countedRows, names, type Site } from './site.ts';
import type { Seen } from './witness.ts';

export interface Verdict {
  readonly kind: string;
  readonly parts: number;
  readonly rows: number;
  readonly kills: number;
  /** Rows that are nowhere: neither counted, nor in the spool, nor in quarantine. */
  readonly lost: number;
  /** Rows that are still in the spool and have not arrived. */
  readonly waiting: number;
  /** Rows counted more than once, or with another value. */
  readonly doubled: number;
  /** Parts that the service refused, in quarantine with its reason. */
  readonly refused: number;
  /** Parts in quarantine for another reason, rows of such parts that are counted, parts that arrived and are still in the spool. */
  readonly unexplained: number;
  /** Lines of the log and of `spool ls` that a person should have seen. */
  readonly unseen: number;
  /** Rows in the raw table beyond the first of each. */
  readonly resent: number;
  /** Of the rows that are to be counted. */
  readonly value: number;
  readonly count: number;
  /** The lines that a person sees, where the scenario is about them. */
  readonly seen: Seen | undefined;
  readonly details: readonly string[];
}

export function judge(site: Site, run: number, result: RunResult): Verdict {
  const { scenario, parts, quarantined, left, seen, lines } = result;
  const details: string[] = [];
  const say = (text: string): void => void details.push(`run ${run} (${scenario.kind}, ${scenario.mode}): ${text}`);
  const mine = (partId: string): boolean => parts.has(partId);

  const counted = new Map<string, number>();
  const values = new Map<string, number | null>();
  let unexplained = 0;
  for (const { partId, row, value } of countedRows(site.fake, [...parts.keys()])) {
    const key = `${partId}/${row}`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
    values.set(key, value);
  }

  let rows = 0;
  let lost = 0;
  let waiting = 0;
  let doubled = 0;
  let refused = 0;
  let value = 0;
  let count = 0;
  for (const [partId, expected] of parts) {
    const reason = quarantined.get(partId);
    const aside = reason !== undefined;
    if (!aside && !left.has(partId) && isGuilty(scenario, expected)) {
      unexplained++;
      say(`${partId} is not in quarantine`);
    }
    if (left.has(partId)) say(`${partId} is still in the spool`);
    if (left.has(partId) && counted.has(`${partId}/${HEADER_ROW}`)) unexplained++;
    if (aside) {
      refused++;
      if (!isExplained(site, scenario, expected, reason)) {
        unexplained++;
        say(`${partId} is in quarantine: ${reason.trim()}`);
      }
    }
    for (const row of [{ row: HEADER_ROW, value: expected.length }, ...expected]) {
      rows++;
      const times = counted.get(`${partId}/${row.row}`) ?? 0;
      if (times === 0 && left.has(partId)) waiting++;
      else if (times === 0 && !aside) lost++;
      if (times > 1 || (times === 1 && values.get(`${partId}/${row.row}`) !== row.value)) doubled++;
      if (times === 1 && aside) unexplained++;
    }
    if (!aside)
      for (const row of expected) {
        value += row.value;
        count += row.count;
      }
  }
  const unseen = scenario.seen === undefined ? [] : unseenOf(scenario.seen, seen);
  if (unseen.length > 0) say(`nobody saw the line of the ${unseen.join(' and ')}; seen: ${lines.join(' | ')}`);
  if (lost > 0) say(`${lost} rows lost`);
  if (doubled > 0) say(`${doubled} rows counted twice or wrong`);
  const raw = site.fake.database.tables.get(names.raw)!.rows;
  const resent = raw.filter((cells) => mine(String(cells[0]))).length - counted.size;
  return {
    kind: scenario.kind,
    seen: scenario.seen && seen,
    parts: parts.size,
    rows,
    kills: scenario.lives.length,
    lost,
    waiting,
    doubled,
    refused,
    unexplained,
    unseen: unseen.length,
    resent,
    value,
    count,
    details,
  };
}

function isGuilty({ guilty }: Scenario, rows: readonly Row[]): boolean {
  return guilty !== undefined && JSON.stringify(rows).includes(guilty.holding);
}

/** A part in quarantine is there because the service refused it, with the reason that can be known. */
function isExplained({ fake }: Site, scenario: Scenario, rows: readonly Row[], reason: string): boolean {
  const { guilty } = scenario;
  if (guilty !== undefined) return isGuilty(scenario, rows) && guilty.reason.test(reason);
  return scenario.refuses && fake.failures.some((failure) => reason.includes(failure.details));
}

function unseenOf(wanted: NonNullable<Scenario['seen']>, seen: Seen): string[] {
  return [
    ...(wanted.log !== undefined && seen.log === undefined ? ['log'] : []),
    ...(seen.spool === undefined ? ['spool'] : []),
  ];
}
