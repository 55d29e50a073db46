import type { SqlParams, SqlStore, SqlValue } from '../../core/contracts/store.ts';
import { OBSERVER_SERVICE } from '../../core/model.ts';
import { queryText } from '../query-text.ts';
import { ATTRIBUTES_MAX, type Change, type Period, type Source, type Values } from '../source.ts';
import { bySql } from './grouping.ts';
import { measureSql, NO_ACCOUNTS, reporting, sealed, span, statement, whereSql } from './texts.ts';

/** What reports ask, in SQL of the tables in stores/duckdb/schema.ts. */
export function sqlSource(db: SqlStore): Source {
  return {
    empty:
      'The store holds no rows yet. Rows appear after one window (60 s) of load, or when the application ends. If none do: otel-attribution doctor',
    async books(now, asOf) {
      type Row = Readonly<Record<'first' | 'through' | 'width', number | null>>;
      const [row] = await db.all<Row>(...statement(BOOKS, { sealed: sealed(asOf) }, { now, as_of: asOf ?? null }));
      if (row === undefined || row.first === null || row.through === null) return undefined;
      return { first: row.first, through: row.through, windowMs: (row.width ?? 60) * 1000 };
    },
    async edges(from, to) {
      type Row = Readonly<Record<'low' | 'high' | 'widest', number | null>>;
      const [edge] = await db.all<Row>(EDGES, { from, to });
      const { low, high, widest } = edge!;
      return {
        low: low ?? undefined,
        high: high ?? undefined,
        widest: widest === null ? undefined : widest * 1000,
        rowsGone: false,
      };
    },
    covered({ from, to }, asOf) {
      return db.all<Period>(...statement(COVERED, { sealed: sealed(asOf) }, { from, to, as_of: asOf ?? null }));
    },
    async services({ from, to }, asOf) {
      const text = `SELECT count(DISTINCT service) AS n FROM sums WHERE service <> '${OBSERVER_SERVICE}' AND ${span()}${sealed(asOf)}`;
      const [row] = await db.all<{ n: number }>(...statement(text, {}, { from, to, as_of: asOf ?? null }));
      return row!.n;
    },
    async events({ from, to }) {
      const rows = await db.all<{ event: string }>(EVENTS, { from, to });
      return rows.map(({ event }) => event);
    },
    async attributes({ from, to }) {
      const rows = await db.all<{ name: string }>(ATTRIBUTES, { from, to });
      return rows.map(({ name }) => name);
    },
    changes({ from, to }) {
      return db.all<Change>(CHANGES, { from, to });
    },
    answer(folder, { values, asOf, by, conditions, measure }) {
      const grouped = bySql(by);
      const where = whereSql(conditions);
      const fragments = {
        ...grouped.text,
        span: (period?: string) => span(period) + sealed(asOf),
        sealed: sealed(asOf),
        reporting: reporting(asOf),
        where: where.sql,
        measure: measureSql(measure),
        requests: where.requests(span() + sealed(asOf)),
      };
      const params = {
        ...sqlParams(values),
        as_of: asOf ?? null,
        measure: measure.kind === 'event' ? measure.event : null,
        ...grouped.params,
        ...where.params,
      };
      return db.all(...statement(queryText(folder, 'sql'), fragments, params));
    },
  };
}

/** `thenFrom` → `then_from`. */
function sqlParams(values: Values): SqlParams {
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [snake(name), value as SqlValue]));
}

const BOOKS = `WITH ends AS (
  SELECT min(window_start) AS first, max(window_start) FILTER (true{{sealed}}) AS newest
  FROM sums WHERE window_start <= epoch_ms($now::BIGINT)
)
SELECT epoch_ms(first) AS first, epoch_ms((
    SELECT max(least(sealed_at, window_start + to_seconds(window_seconds))) FROM sums
    -- Windows that end after the newest begins. None is wider than a day.
    WHERE window_start > newest - INTERVAL 1 DAY AND window_start <= newest
      AND window_start + to_seconds(window_seconds) > newest{{sealed}}
  )) AS through,
  (SELECT window_seconds FROM parts WHERE true{{sealed}} ORDER BY sealed_at DESC, part_id LIMIT 1) AS width
FROM ends`;

const EDGES = `SELECT
  min(epoch_ms(window_start)) FILTER (epoch_ms(window_start) < $from AND epoch_ms(window_start) + window_seconds * 1000 > $from) AS low,
  max(epoch_ms(window_start) + window_seconds * 1000) FILTER (epoch_ms(window_start) < $to) AS high,
  max(window_seconds) FILTER (epoch_ms(window_start) + window_seconds * 1000 > $from) AS widest
FROM sums WHERE window_start > epoch_ms(($from - 86400000)::BIGINT) AND window_start < epoch_ms($to::BIGINT)`;

const COVERED = `WITH lives AS (
  SELECT min(started_at) AS started, greatest(max(sealed_at), min(started_at)) AS ended
  FROM parts WHERE sealed_at >= epoch_ms($from::BIGINT){{sealed}} GROUP BY instance HAVING started < epoch_ms($to::BIGINT)
),
marked AS (
  SELECT *, started > max(ended) OVER (ORDER BY started, ended ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS apart FROM lives
),
numbered AS (SELECT *, count(*) FILTER (apart) OVER (ORDER BY started, ended) AS place FROM marked)
SELECT epoch_ms(min(started)) AS "from", epoch_ms(max(ended)) AS "to" FROM numbered GROUP BY place ORDER BY place`;

const EVENTS = `SELECT event FROM sums WHERE ${span()} AND ${NO_ACCOUNTS}
GROUP BY event ORDER BY fsum(count) DESC, event LIMIT 5`;

const ATTRIBUTES = `SELECT DISTINCT unnest(json_keys(attributes)) AS name
FROM (SELECT DISTINCT attributes FROM sums WHERE ${span()} AND ${NO_ACCOUNTS}) WHERE json_valid(attributes)
ORDER BY name LIMIT ${ATTRIBUTES_MAX}`;

/** During a deploy old and new take turns: a version is new once, when a service first reports with it. */
const CHANGES = `WITH versions AS (
  SELECT service, package, mapping, min(sealed_at) AS since
  FROM (SELECT unnest(list_filter(services, lambda s: s <> '${OBSERVER_SERVICE}')) AS service, package, mapping, sealed_at FROM parts
    WHERE sealed_at >= epoch_ms(($from - 604800000)::BIGINT) AND sealed_at < epoch_ms($to::BIGINT))
  GROUP BY ALL
)
SELECT epoch_ms(since) AS "at", service, package, mapping, was_package AS "wasPackage", was_mapping AS "wasMapping" FROM (
  SELECT *, lag(package) OVER by_time AS was_package, lag(mapping) OVER by_time AS was_mapping
  FROM versions WINDOW by_time AS (PARTITION BY service ORDER BY since, package, mapping)
) WHERE was_package IS NOT NULL AND since >= epoch_ms($from::BIGINT)
ORDER BY since, service, package, mapping LIMIT 10`;
