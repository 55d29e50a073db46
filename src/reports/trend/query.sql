-- How load moved: the heaviest keys of each target, and the rest, per step.
WITH steps AS (SELECT unnest($edges::BIGINT[]) AS step, unnest($step_seconds::DOUBLE[]) AS seconds, unnest($step_partial::INTEGER[]) = 1 AS is_partial),
-- Windows are few beside rows: each finds its step once.
windows AS (
  SELECT window_start, step, seconds, is_partial
  FROM (SELECT DISTINCT window_start FROM sums WHERE {{span}}) AS found ASOF JOIN steps ON epoch_ms(found.window_start) >= steps.step
),
stepped AS (
  SELECT {{block}} AS block_target, event, unit, step, seconds, is_partial, {{key_service}} AS key_service, {{key}} AS key,
    fsum(value) AS value, fsum(count) AS calls
  FROM sums JOIN windows USING (window_start) WHERE {{span}} AND {{measure}}{{where}}
  GROUP BY ALL
),
keyed AS (
  SELECT block_target, event, unit, key_service, key, {{unattributed}} AS nobody, fsum(value) AS key_value
  FROM stepped GROUP BY block_target, event, unit, key_service, key
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY block_target, event, unit, nobody ORDER BY key_value DESC, key_service, key) AS place
  FROM keyed
),
blocks AS (SELECT block_target, event, unit, fsum(key_value) AS total_value FROM ranked GROUP BY ALL),
lines AS (
  SELECT block_target, event, unit, step, seconds, is_partial,
    CASE WHEN nobody THEN 2 WHEN place <= $limit THEN 1 ELSE 3 END AS part,
    CASE WHEN nobody OR place > $limit THEN 0 ELSE place END AS place,
    CASE WHEN nobody OR place > $limit THEN '' ELSE key_service END AS key_service,
    CASE WHEN nobody OR place <= $limit THEN key ELSE '(rest)' END AS key,
    fsum(value) AS value, fsum(calls) AS calls
  FROM stepped JOIN ranked USING (block_target, event, unit, key_service, key)
  GROUP BY ALL
  UNION ALL
  SELECT block_target, event, unit, step, seconds, is_partial, 4, 0, '', '(total)', fsum(value), fsum(calls) FROM stepped GROUP BY ALL
)
SELECT block_target AS target, event, unit, step, seconds AS "stepSeconds", is_partial AS partial,
  CASE part WHEN 1 THEN 'key' WHEN 2 THEN 'unattributed' WHEN 3 THEN 'rest' ELSE 'total' END AS kind,
  key_service AS "keyService", key, value, value / seconds AS "perSecond", calls, calls / seconds AS "callsPerSecond"
FROM lines JOIN blocks USING (block_target, event, unit)
ORDER BY total_value DESC, block_target, event, unit, step, part, place
