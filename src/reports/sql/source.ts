import type { SqlParams, SqlStore, SqlValue } from '../../core/contracts/store.ts';
import { OBSERVER_SERVICE } from '../../core/model.ts';
import { heardOf } from '../heard.ts';
import { queryText } from '../query-text.ts';
import { ATTRIBUTES_MAX, beginOf, type Change, edgeOf, type Period, type Source, type Values } from '../source.ts';
import { bySql } from './grouping.ts';
import { measureSql, NO_ACCOUNTS, sealed, span, statement, whereSql, within } from './texts.ts';

/** What reports ask, in SQL of the tables in stores/duckdb/schema.ts. */
export function sqlSource(db: SqlStore): Source {
  return {
    empty:
      'The store holds no rows yet. Rows appear after one window (60 s) of load, or when the application ends. If none do: otel-attribution doctor',
    async fresh(reading) {
      const edge = edgeOf(reading);
      type Row = Readonly<Record<'through' | 'width', number | null>>;
      const [row] = await db.all<Row>(
        ...statement(FRESH, { sealed: sealed(reading.asOf) }, { edge, as_of: reading.asOf ?? null }),
      );
      const { through, width } = row!;
      return through !== null && through >= edge - 3_000 * (width ?? 60) ? through : undefined;
    },
    async bounds(asked, reading) {
      const heard = heardOf(asked, edgeOf(reading));
      const covered = await db.all<Period>(LIVES, { ...heard });
      const [known] = await db.all<{ first: number | null; width: number | null }>(KNOWN, {
        ...asked,
        ...prefixed('heard', heard),
      });
      const begin = beginOf(asked, known!.first ?? undefined, covered);
      type Row = Readonly<Record<'low' | 'high' | 'widest', number | null>>;
      const [edge] = await db.all<Row>(EDGES, { from: begin, to: asked.to });
      const { low, high, widest } = edge!;
      return {
        begin,
        low: low ?? undefined,
        high: high ?? undefined,
        widest: widest === null ? undefined : widest * 1000,
        windowMs: (known!.width ?? 60) * 1000,
        covered,
        rowsGone: false,
        // What is merged counts at once.
        settled: asked.from,
      };
    },
    async nearest({ from }, edge) {
      const [row] = await db.all<{ at: number | null }>(NEAREST, { from, edge });
      return row!.at ?? undefined;
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
        heard: within('sealed_at', 'heard'),
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

const prefixed = (name: string, { from, to }: Period): SqlParams => ({ [`${name}_from`]: from, [`${name}_to`]: to });

/** None of the windows is wider than a day. Parts that were sealed longer ago than a few windows say nothing of what is fresh. */
const FRESH = `WITH ends AS (
  SELECT max(window_start) AS newest FROM sums
  WHERE window_start > epoch_ms(($edge - 86400000)::BIGINT) AND window_start <= epoch_ms($edge::BIGINT){{sealed}}
)
SELECT epoch_ms((
    SELECT max(least(sealed_at, window_start + to_seconds(window_seconds))) FROM sums
    -- Windows that end after the newest begins.
    WHERE window_start > newest - INTERVAL 1 DAY AND window_start <= newest
      AND window_start + to_seconds(window_seconds) > newest{{sealed}}
  )) AS through,
  (SELECT window_seconds FROM parts
    WHERE epoch_ms(sealed_at) > $edge - greatest(1200000, 4000 * window_seconds) AND sealed_at <= epoch_ms($edge::BIGINT)
    ORDER BY sealed_at DESC, window_seconds DESC LIMIT 1) AS width
FROM ends`;

const KNOWN = `SELECT
  (SELECT min(epoch_ms(window_start)) FROM sums
    WHERE window_start > epoch_ms(($from - 86400000)::BIGINT) AND window_start < epoch_ms($to::BIGINT)
      AND epoch_ms(window_start) + window_seconds * 1000 > $from) AS first,
  (SELECT window_seconds FROM parts WHERE ${within('sealed_at', 'heard')} ORDER BY sealed_at DESC, window_seconds DESC LIMIT 1) AS width`;

/** The last before, else the first since. */
const NEAREST = `SELECT epoch_ms(coalesce(
  max(sealed_at) FILTER (sealed_at < epoch_ms($from::BIGINT)), min(sealed_at) FILTER (sealed_at >= epoch_ms($from::BIGINT)))) AS "at"
FROM parts WHERE n > 0 AND sealed_at <= epoch_ms($edge::BIGINT)`;

const EDGES = `SELECT
  min(epoch_ms(window_start)) FILTER (epoch_ms(window_start) < $from AND epoch_ms(window_start) + window_seconds * 1000 > $from) AS low,
  max(epoch_ms(window_start) + window_seconds * 1000) FILTER (epoch_ms(window_start) < $to) AS high,
  max(window_seconds) FILTER (epoch_ms(window_start) + window_seconds * 1000 > $from) AS widest
FROM sums WHERE window_start > epoch_ms(($from - 86400000)::BIGINT) AND window_start < epoch_ms($to::BIGINT)`;

const LIVES = `WITH lives AS (
  SELECT min(started_at) AS started, greatest(max(sealed_at), min(started_at)) AS ended
  FROM parts WHERE ${within('sealed_at')} GROUP BY instance
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
