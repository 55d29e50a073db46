-- What is missing from the books. `ok` is false where something is, NULL where a number is for information.
WITH measured AS (
  SELECT target AS used_target, event, unit, fsum(value) AS total, coalesce(fsum(value) FILTER (origin <> '(unattributed)'), 0) AS attributed
  FROM sums WHERE {{span}} AND {{measure}}{{where}} GROUP BY ALL
),
accounts AS (
  SELECT event, unit, CASE WHEN json_valid(attributes) THEN coalesce(json_extract_string(attributes, '/reason'), '') ELSE '' END AS reason,
    fsum(value) AS n
  FROM sums WHERE {{span}} AND target = 'otel-attribution' GROUP BY ALL
),
spans AS (
  SELECT coalesce(sum(n) FILTER (event = 'attribution.span.seen'), 0) AS seen,
    coalesce(sum(n) FILTER (event IN ('attribution.span.matched', 'attribution.span.unmatched', 'attribution.span.suppressed')), 0) AS explained
  FROM accounts
),
-- Parts that were sealed around the range, and those of them since it began, of instances that lived in it. Those sealed after its end are
-- among them: they may hold rows of the range.
heard AS (SELECT * FROM parts WHERE {{heard}}),
reporting AS (
  SELECT * FROM heard WHERE sealed_at >= epoch_ms($from::BIGINT)
    AND instance IN (SELECT instance FROM heard WHERE started_at < epoch_ms($to::BIGINT))
),
-- A part whose rows were compacted can no longer be counted.
stored AS (
  SELECT part_id, n - (SELECT count(*) FROM sums WHERE sums.part_id = reporting.part_id) AS missing FROM reporting
  WHERE date_trunc('day', sealed_at) NOT IN (SELECT date_trunc('day', sealed_at) FROM sums WHERE part_id LIKE 'compacted-%')
),
-- Which windows a missing part held is not known. Sequences begin at 1, which only those that began in that time have to show.
instances AS (
  SELECT instance, min(list_aggregate(services, 'min')) AS service,
    max(sequence) - count(*) - CASE WHEN min(started_at) < epoch_ms($heard_from::BIGINT) THEN min(sequence) - 1 ELSE 0 END AS gap,
    max(sealed_at) AS last_sealed, bool_or(final) AS final, max(window_seconds) AS width, min(started_at) AS began
  FROM heard WHERE instance IN (SELECT instance FROM reporting) GROUP BY instance
),
-- A span is seen when it begins and explained when it has ended: only whole lives have to balance.
lives AS (
  SELECT count(*) > 0 AS unfinished FROM instances
  WHERE NOT final OR began < epoch_ms($from::BIGINT) OR last_sealed >= epoch_ms($to::BIGINT)
),
-- When each was heard of last before the range, and when again.
services AS (
  SELECT service, max(sealed_at) FILTER (sealed_at < epoch_ms($from::BIGINT)) AS last_sealed,
    min(epoch_ms(sealed_at)) FILTER (sealed_at >= epoch_ms($from::BIGINT)) AS again
  FROM (SELECT unnest(services) AS service, sealed_at FROM parts
    WHERE sealed_at >= epoch_ms(($from - 604800000)::BIGINT) AND sealed_at <= epoch_ms($heard_to::BIGINT))
  GROUP BY service
),
-- What targets counted themselves, and what of it no span told of: `coverage --observe` writes both.
observed AS (
  SELECT target AS observed_target, unit, CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, '/counter') END AS counter,
    coalesce(fsum(value) FILTER (origin = '(observed)'), 0) AS observed, coalesce(fsum(value) FILTER (origin = '(unseen)'), 0) AS unseen
  FROM sums WHERE {{span}} AND event = 'attribution.target.calls' GROUP BY ALL
),
lines AS (
  SELECT 1 AS part, 'attributed' AS "check", used_target AS subject, event AS reason, attributed AS value, unit,
    CASE WHEN total <> 0 THEN attributed / total END AS share, NULL::BOOLEAN AS ok
  FROM measured
  UNION ALL
  SELECT 2, 'account', event, reason, n, unit,
    CASE WHEN event LIKE 'attribution.span.%' AND seen > 0 THEN n / seen END, NULL FROM accounts, spans
  UNION ALL
  SELECT 3, 'spans', 'seen but neither matched, unmatched nor suppressed',
    CASE WHEN seen <> explained AND unfinished THEN 'still open, or in part out of range' ELSE '' END, seen - explained, '{span}',
    (seen - explained) / seen, CASE WHEN seen = explained OR NOT unfinished THEN seen = explained END
  FROM spans, lives WHERE seen > 0
  UNION ALL
  SELECT 4, 'rows', 'all parts', '', 0, '{row}', NULL, true WHERE NOT EXISTS (SELECT 1 FROM stored WHERE missing <> 0)
  UNION ALL
  SELECT 4, 'rows', part_id, 'rows of this part are missing', missing, '{row}', NULL, false FROM stored WHERE missing <> 0
  UNION ALL
  SELECT 5, 'gap', 'all instances', '', 0, '{part}', NULL, true WHERE NOT EXISTS (SELECT 1 FROM instances WHERE gap > 0)
  UNION ALL
  SELECT 5, 'gap', instance, coalesce(service, ''), gap, '{part}', NULL, false FROM instances WHERE gap > 0
  UNION ALL
  SELECT 6, 'no-final', instance, coalesce(service, ''), ($heard_to::DOUBLE - epoch_ms(last_sealed)) / 1000, 's', NULL,
    -- Where nobody listened until now, whoever was idle may have gone on.
    CASE WHEN $heard_all THEN false END
  FROM instances WHERE NOT final AND epoch_ms(last_sealed) < $heard_to::DOUBLE - 3000 * width
  UNION ALL
  SELECT 7, 'silent', service, '', (coalesce(again, $heard_to::DOUBLE) - epoch_ms(last_sealed)) / 1000, 's', NULL, false
  FROM services
  WHERE last_sealed IS NOT NULL AND service <> '(observer)' AND service NOT IN (SELECT unnest(services) FROM reporting)
  UNION ALL
  SELECT 8, 'unseen', observed_target, '(unseen) of ' || coalesce(counter, ''), unseen, unit,
    CASE WHEN observed > 0 THEN unseen / observed END, unseen = 0
  FROM observed
)
SELECT "check", subject, reason, value::DOUBLE AS value, unit, share, ok FROM lines
ORDER BY part, share DESC NULLS LAST, value DESC, subject, reason, unit
LIMIT $limit
