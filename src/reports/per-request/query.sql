-- What one request of an origin causes. Calls per request first: that is where an N+1 shows.
WITH requested AS (
  SELECT origin_service, origin, fsum(count) AS requests
  FROM sums WHERE {{span}} AND {{requests}}
  GROUP BY ALL HAVING requests > 0
),
caused AS (
  SELECT origin_service, origin, target AS used_target, event, unit, fsum(value) AS value, fsum(count) AS calls, max(max) AS largest,
    coalesce(max({m: max, t: exemplar_trace_id}) FILTER (exemplar_trace_id <> '' AND max IS NOT NULL).t, '') AS exemplar
  FROM sums WHERE {{span}} AND {{measure}}{{where}}
  GROUP BY ALL
)
SELECT origin_service AS "originService", origin, used_target AS target, event, unit, requests,
  calls / requests AS "callsPerRequest", value / requests AS "valuePerRequest",
  CASE WHEN calls > 0 THEN value / calls END AS mean, largest AS max, calls, value, exemplar AS "exemplarTraceId"
FROM caused JOIN requested USING (origin_service, origin)
ORDER BY calls / requests DESC, value DESC, origin_service, origin, used_target, event, unit
LIMIT $limit
