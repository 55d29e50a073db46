/** Four months of one service: a question about one hour must not cost the rest. */
import { HEADER_ROW, type KustoNames } from '../../../../src/kusto/names.ts';
import type { SchemaObject } from '../../../../src/stores/kusto/schema/objects.ts';
import { type TestPart, testRow } from '../../../helpers/parts.ts';
import type { KqlDatabase } from '../../kql/index.ts';
import { kqlDatabase } from '../parity/kql-side.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAYS = 120;

/** In the middle of an hour, so that rows, five minutes and hours all have a part in the answer. */
export const now = Date.UTC(2026, 10, 22, 12, 41, 20);
export const to = now - 80_000;
export const from = to - HOUR;

/** One part an hour, and one a minute in the last hour. */
export function longSet(objects: readonly SchemaObject[], names: KustoNames): KqlDatabase {
  const last = Math.floor(now / MINUTE) * MINUTE - MINUTE;
  const begin = Math.floor((now - DAYS * 24 * HOUR) / HOUR) * HOUR;
  const parts: TestPart[] = [];
  for (let at = begin; at <= last; at += at < last - HOUR ? HOUR : MINUTE) {
    parts.push(part(at, begin, parts.length));
  }
  return kqlDatabase(
    objects,
    names,
    parts.map((one) => ({ part: one, rows: [HEADER_ROW, ...one.rows.keys()] })),
  );
}

function part(windowStart: number, startedAt: number, sequence: number): TestPart {
  const search = { windowStart, attributes: '{"tenant":"acme"}' };
  return {
    instance: 'storefront-1',
    sequence,
    startedAt,
    sealedAt: windowStart + MINUTE + 1_000,
    rows: [
      testRow({ ...search, count: 40, value: 2 }),
      testRow({ ...search, target: 'service://storefront', event: 'http.server.request.duration', count: 10 }),
    ],
  };
}
