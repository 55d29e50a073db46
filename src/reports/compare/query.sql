-- Two periods, as rates, so that they may differ in length: who contributed what to the change.
WITH both_periods AS (
  SELECT {{block}} AS block_target, event, unit, {{key_service}} AS key_service, {{key}} AS key,
    fsum(value) AS value_now, fsum(count) AS calls_now, 0 AS value_then, 0 AS calls_then
  FROM sums WHERE {{span}} AND {{measure}}{{where}} GROUP BY ALL
  UNION ALL
  SELECT {{block}} AS block_target, event, unit, {{key_service}} AS key_service, {{key}} AS key, 0, 0, fsum(value), fsum(count)
  FROM sums
  WHERE window_start >= epoch_ms($then_from::BIGINT) AND window_start < epoch_ms($then_to::BIGINT){{sealed}} AND {{measure}}{{where}}
  GROUP BY ALL
),
keyed AS (
  SELECT block_target, event, unit, key_service, key,
    fsum(value_then) / $then_seconds::DOUBLE AS before, fsum(value_now) / $seconds::DOUBLE AS after,
    fsum(calls_then) / $then_seconds::DOUBLE AS calls_before, fsum(calls_now) / $seconds::DOUBLE AS calls_after
  FROM both_periods GROUP BY ALL
),
ranked AS (
  SELECT *, {{unattributed}} AS nobody, fsum(after - before) OVER block AS total_change,
    row_number() OVER (
      PARTITION BY block_target, event, unit, {{unattributed}} ORDER BY abs(after - before) DESC, key_service, key
    ) AS place
  FROM keyed WINDOW block AS (PARTITION BY block_target, event, unit)
),
lines AS (
  SELECT 1 AS part, place, block_target, event, unit, key_service, key, before, after, calls_before, calls_after, total_change
  FROM ranked WHERE NOT nobody AND place <= $limit
  UNION ALL
  SELECT 2, 0, block_target, event, unit, '', key, before, after, calls_before, calls_after, total_change FROM ranked WHERE nobody
  UNION ALL
  SELECT 3, 0, block_target, event, unit, '', '(rest)', fsum(before), fsum(after), fsum(calls_before), fsum(calls_after),
    any_value(total_change)
  FROM ranked WHERE NOT nobody AND place > $limit GROUP BY block_target, event, unit
  UNION ALL
  SELECT 4, 0, block_target, event, unit, '', '(total)', fsum(before), fsum(after), fsum(calls_before), fsum(calls_after),
    any_value(total_change)
  FROM ranked GROUP BY block_target, event, unit
)
SELECT block_target AS target, event, unit,
  CASE part WHEN 1 THEN 'key' WHEN 2 THEN 'unattributed' WHEN 3 THEN 'rest' ELSE 'total' END AS kind,
  key_service AS "keyService", key, before, after, after - before AS change,
  CASE WHEN before <> 0 THEN (after - before) / before END AS "relativeChange",
  CASE WHEN total_change <> 0 THEN (after - before) / total_change END AS contribution,
  calls_before AS "callsBefore", calls_after AS "callsAfter",
  CASE WHEN part = 3 OR (calls_before <> 0 OR before <> 0) AND (calls_after <> 0 OR after <> 0) THEN ''
    WHEN calls_before <> 0 OR before <> 0 THEN 'gone' ELSE 'new' END AS status
FROM lines
ORDER BY abs(total_change) DESC, block_target, event, unit, part, place
