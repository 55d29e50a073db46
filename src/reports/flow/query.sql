-- Edges origin → event → target of one measure; without --measure the one with the most load.
WITH chosen AS (
  SELECT event, unit FROM sums WHERE {{span}} AND {{measure}}{{where}}
  GROUP BY event, unit ORDER BY fsum(value) DESC, event, unit LIMIT 1
),
edges AS (
  SELECT {{key_service}} AS key_service, origin AS key, event, unit, target AS used_target, fsum(value) AS value, fsum(count) AS calls
  FROM sums JOIN chosen USING (event, unit)
  WHERE {{span}} AND {{measure}}{{where}}
  GROUP BY ALL
),
ranked AS (
  SELECT *, {{unattributed}} AS nobody, fsum(value) OVER () AS total_value,
    row_number() OVER (PARTITION BY {{unattributed}} ORDER BY value DESC, key_service, key, used_target) AS place
  FROM edges
),
lines AS (
  SELECT 1 AS part, place, key_service, key, event, unit, used_target, value, calls, total_value
  FROM ranked WHERE NOT nobody AND place <= $limit
  UNION ALL
  SELECT 2, place, '', key, event, unit, used_target, value, calls, total_value FROM ranked WHERE nobody
  UNION ALL
  SELECT 3, 0, '', '(rest)', event, unit, '(rest)', fsum(value), fsum(calls), any_value(total_value)
  FROM ranked WHERE NOT nobody AND place > $limit GROUP BY event, unit
  UNION ALL
  SELECT 4, 0, '', '(total)', event, unit, '(total)', fsum(value), fsum(calls), any_value(total_value) FROM ranked GROUP BY event, unit
)
SELECT CASE part WHEN 1 THEN 'key' WHEN 2 THEN 'unattributed' WHEN 3 THEN 'rest' ELSE 'total' END AS kind,
  key_service AS "originService", key AS origin, event, unit, used_target AS target,
  CASE WHEN total_value <> 0 THEN value / total_value END AS share, value, value / $seconds::DOUBLE AS "perSecond", calls
FROM lines ORDER BY part, place
