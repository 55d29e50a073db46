-- Who loads what. One block per target, event and unit: never a sum over units, nor over server and client seconds.
-- One bucket is the whole range, or with --at peak each window, of which the heaviest stays.
-- Not materialized: rows are many, and each reader needs few of their columns.
WITH bucketed AS NOT MATERIALIZED (
  SELECT *, CASE WHEN $peak THEN epoch_ms(window_start) // $bucket::BIGINT * $bucket::BIGINT ELSE $from::BIGINT END AS bucket
  FROM sums WHERE {{span}}
),
blocks AS (
  SELECT {{block}} AS block_target, event, unit, bucket, fsum(value) AS total_value, fsum(count) AS total_calls,
    max(max) AS largest, max({m: max, t: exemplar_trace_id}) FILTER (exemplar_trace_id <> '' AND max IS NOT NULL) AS exemplar
  FROM bucketed WHERE {{measure}}{{where}}
  GROUP BY 1, 2, 3, 4
  QUALIFY row_number() OVER (PARTITION BY block_target, event, unit ORDER BY total_value DESC, bucket) = 1
),
cells AS (
  SELECT {{block}} AS block_target, event, unit, bucket, {{key_service}} AS key_service, {{key}} AS key,
    fsum(value) AS value, fsum(count) AS calls, max(max) AS largest,
    max({m: max, t: exemplar_trace_id}) FILTER (exemplar_trace_id <> '' AND max IS NOT NULL) AS exemplar
  FROM bucketed WHERE {{measure}}{{where}} AND bucket IN (SELECT bucket FROM blocks)
  GROUP BY ALL
),
requested AS (
  SELECT origin_service, origin, bucket, fsum(count) AS requests
  FROM bucketed WHERE {{requests}} AND bucket IN (SELECT bucket FROM blocks)
  GROUP BY ALL
),
-- The seconds that rates are divided by: those of the bucket that are covered. $covered_times holds begin, end, begin, end, ...
spans AS (
  SELECT list_extract($covered_times::BIGINT[], 2 * n - 1) AS begin, list_extract($covered_times::BIGINT[], 2 * n) AS finish
  FROM range(1, len($covered_times::BIGINT[]) // 2 + 1) AS r(n)
),
divisors AS (
  SELECT bucket, CASE WHEN $peak
    THEN coalesce(nullif(sum(least(finish, bucket + $bucket::BIGINT) - greatest(begin, bucket)), 0), $bucket::BIGINT)::DOUBLE / 1000
    ELSE $seconds::DOUBLE END AS seconds
  FROM (SELECT DISTINCT bucket FROM blocks) LEFT JOIN spans ON begin < bucket + $bucket::BIGINT AND finish > bucket
  GROUP BY bucket
),
ranked AS (
  SELECT b.*, {{unattributed}} AS nobody, blocks.total_value,
    row_number() OVER (
      PARTITION BY b.block_target, b.event, b.unit, {{unattributed}} ORDER BY b.value DESC, b.key_service, b.key
    ) AS place
  FROM cells b JOIN blocks USING (block_target, event, unit, bucket)
),
lines AS (
  SELECT block_target, event, unit, bucket, key_service, key, 1 AS part, place, value, calls, largest, exemplar
  FROM ranked WHERE NOT nobody AND place <= $limit
  UNION ALL
  SELECT block_target, event, unit, bucket, '', key, 2, 0, value, calls, largest, exemplar FROM ranked WHERE nobody
  UNION ALL
  SELECT block_target, event, unit, bucket, '', '(rest)', 3, 0, fsum(value), fsum(calls), max(largest), max(exemplar)
  FROM ranked WHERE NOT nobody AND place > $limit GROUP BY block_target, event, unit, bucket
  UNION ALL
  SELECT block_target, event, unit, bucket, '', '(total)', 4, 0, total_value, total_calls, largest, exemplar FROM blocks
)
SELECT lines.block_target AS target, lines.event, lines.unit,
  CASE part WHEN 1 THEN 'key' WHEN 2 THEN 'unattributed' WHEN 3 THEN 'rest' ELSE 'total' END AS kind,
  key_service AS "keyService", key,
  CASE WHEN total_value <> 0 THEN lines.value / total_value END AS share,
  lines.value, lines.value / seconds AS "perSecond", lines.calls, lines.calls / seconds AS "callsPerSecond",
  CASE WHEN part = 1 AND $by_origin THEN lines.calls / requests END AS "callsPerRequest",
  CASE WHEN lines.calls > 0 THEN lines.value / lines.calls END AS mean,
  lines.largest AS max, coalesce(lines.exemplar.t, '') AS "exemplarTraceId",
  CASE WHEN $peak THEN lines.bucket END AS "peakAt"
FROM lines
JOIN blocks USING (block_target, event, unit)
JOIN divisors ON divisors.bucket = lines.bucket
LEFT JOIN requested ON requested.origin_service = key_service AND requested.origin = key AND requested.bucket = lines.bucket
  AND requests > 0
ORDER BY total_value DESC, lines.block_target, lines.event, lines.unit, part, place
