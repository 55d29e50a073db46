-- What is measured, and what each row attribute costs in rows: without it, how many rows would the range have?
-- Keys are counted by their 64-bit hash: over 20,000,000 rows two share one with a chance of 1 in 100,000, and it is 20 times faster.
WITH selected AS (
  SELECT window_start, service, origin_service, origin, target AS used_target, event, unit, attributes, value, count AS calls
  FROM sums WHERE {{span}} AND target <> 'otel-attribution'{{where}}
),
measures AS (
  SELECT used_target, event, unit, '' AS attribute, epoch_ms(min(window_start)) AS first_seen, epoch_ms(max(window_start)) AS last_seen,
    count(*) AS stored, count(DISTINCT hash(origin_service, origin)) AS origins,
    count(DISTINCT hash(service, origin_service, origin, attributes)) AS keys, fsum(calls) AS calls, fsum(value) AS value
  FROM selected GROUP BY ALL
),
-- Distinct attribute texts are few: names are taken out of each once.
texts AS (SELECT DISTINCT attributes FROM selected WHERE json_valid(attributes)),
named AS (SELECT attributes, unnest(json_keys(attributes)) AS attribute FROM texts),
stripped AS (
  SELECT attributes, attribute, CAST(json_merge_patch(attributes::JSON, json_object(attribute, NULL)) AS VARCHAR) AS without,
    json_extract_string(attributes, '/' || replace(replace(attribute, '~', '~0'), '/', '~1')) AS content
  FROM named
),
with_names AS (
  SELECT used_target, event, unit, attribute, window_start, service, origin_service, origin, without, content, selected.attributes, calls, value
  FROM selected JOIN stripped USING (attributes)
),
costs AS (
  SELECT used_target, event, unit, attribute, epoch_ms(min(window_start)) AS first_seen, epoch_ms(max(window_start)) AS last_seen,
    count(*) AS stored, count(DISTINCT hash(origin_service, origin)) AS origins, count(DISTINCT content) AS keys,
    fsum(calls) AS calls, fsum(value) AS value,
    count(DISTINCT hash(window_start, service, origin_service, origin, attributes))
      - count(DISTINCT hash(window_start, service, origin_service, origin, without)) AS saved
  FROM with_names GROUP BY ALL
),
lines AS (
  SELECT *, NULL AS saved FROM measures
  UNION ALL BY NAME SELECT * FROM costs
)
SELECT used_target AS target, event, unit, attribute, first_seen AS "firstSeen", last_seen AS "lastSeen", stored AS rows,
  origins, keys, saved AS "rowsSaved", calls, value
FROM lines ORDER BY max(stored) OVER (PARTITION BY used_target, event, unit) DESC, used_target, event, unit, attribute
LIMIT $limit
