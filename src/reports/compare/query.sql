-- Two periods, as rates, so that they may differ in length: who contributed what to the change.
WITH both_periods AS (
  SELECT {{block}} AS block_target, event, unit, {{key_service}} AS key_service, {{key}} AS key,
    fsum(value) AS value_now, fsum(count) AS calls_now, 0 AS value_then, 0 AS calls_then
  FROM sums WHERE {{span}} AND {{measure}}{{where}} GROUP BY ALL
  UNION ALL
  SELECT {{block}} AS block_target, event, unit, {{key_service}} AS key_service, {{key}} AS key, 0, 0, fsum(value), fsum(count)
  FROM sums WHERE {{span:then}} AND {{measure}}{{where}} GROUP BY ALL
),
-- Sums first, quotients last: sums of quotients depend on their order, and a change of 0 must be 0.
keyed AS (
  SELECT block_target, event, unit, key_service, key, fsum(value_now) AS value_now, fsum(value_then) AS value_then,
    fsum(calls_now) AS calls_now, fsum(calls_then) AS calls_then
  FROM both_periods GROUP BY ALL
),
ranked AS (
  SELECT *, {{unattributed}} AS nobody,
    row_number() OVER (
      PARTITION BY block_target, event, unit, {{unattributed}}
      ORDER BY abs(value_now / $seconds::DOUBLE - value_then / $then_seconds::DOUBLE) DESC, key_service, key
    ) AS place
  FROM keyed
),
blocks AS (
  SELECT block_target, event, unit, fsum(value_now) AS value_now, fsum(value_then) AS value_then, fsum(calls_now) AS calls_now,
    fsum(calls_then) AS calls_then
  FROM keyed GROUP BY ALL
),
lines AS (
  SELECT 1 AS part, place, block_target, event, unit, key_service, key, value_now, value_then, calls_now, calls_then
  FROM ranked WHERE NOT nobody AND place <= $limit
  UNION ALL
  SELECT 2, 0, block_target, event, unit, '', key, value_now, value_then, calls_now, calls_then FROM ranked WHERE nobody
  UNION ALL
  SELECT 3, 0, block_target, event, unit, '', '(rest)', fsum(value_now), fsum(value_then), fsum(calls_now), fsum(calls_then)
  FROM ranked WHERE NOT nobody AND place > $limit GROUP BY block_target, event, unit
  UNION ALL
  SELECT 4, 0, block_target, event, unit, '', '(total)', value_now, value_then, calls_now, calls_then FROM blocks
),
rates AS (
  SELECT lines.*, lines.value_then / $then_seconds::DOUBLE AS before, lines.value_now / $seconds::DOUBLE AS after,
    lines.calls_then / $then_seconds::DOUBLE AS calls_before, lines.calls_now / $seconds::DOUBLE AS calls_after,
    blocks.value_now / $seconds::DOUBLE - blocks.value_then / $then_seconds::DOUBLE AS total_change
  FROM lines JOIN blocks USING (block_target, event, unit)
)
SELECT block_target AS target, event, unit,
  CASE part WHEN 1 THEN 'key' WHEN 2 THEN 'unattributed' WHEN 3 THEN 'rest' ELSE 'total' END AS kind,
  key_service AS "keyService", key, before, after, after - before AS change,
  CASE WHEN before <> 0 THEN (after - before) / before END AS "relativeChange",
  CASE WHEN total_change <> 0 THEN (after - before) / total_change END AS contribution,
  calls_before AS "callsBefore", calls_after AS "callsAfter",
  CASE WHEN part = 3 OR (calls_before <> 0 OR before <> 0) AND (calls_after <> 0 OR after <> 0) THEN ''
    WHEN calls_before <> 0 OR before <> 0 THEN 'gone' ELSE 'new' END AS status
FROM rates
ORDER BY abs(total_change) DESC, block_target, event, unit, part, place
