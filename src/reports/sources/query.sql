-- Who reports: one line per instance, newest first.
-- Heard are the parts that were sealed around the range. Sequences have no holes unless a part is missing, and begin at 1, which only those
-- that began in that time have to show. Which windows a missing part held is not known, and one that is missing between a part before the
-- range and one in it must not be overlooked. The last part of an instance may be empty, so that it names no service.
WITH heard AS (SELECT * FROM parts WHERE {{heard}}),
instances AS (
  SELECT instance, max(sequence) - count(*) - CASE WHEN min(started_at) < epoch_ms($heard_from::BIGINT) THEN min(sequence) - 1 ELSE 0 END
    AS missing, bool_or(final) AS ended
  FROM heard GROUP BY instance HAVING min(started_at) < epoch_ms($to::BIGINT)
),
-- Parts since the range began. Those sealed after its end are among them: they may hold rows of it.
reporting AS (SELECT *, unnest(services) AS service FROM heard WHERE sealed_at >= epoch_ms($from::BIGINT))
SELECT service, instance, last(package ORDER BY sequence) AS package, last(mapping ORDER BY sequence) AS mapping,
  epoch_ms(min(sealed_at)) AS "firstSealed", epoch_ms(max(sealed_at)) AS "lastSealed",
  count(*) AS parts, sum(n)::BIGINT AS rows, any_value(missing) AS "partsMissing", any_value(ended) AS ended
FROM reporting JOIN instances USING (instance)
GROUP BY service, instance
ORDER BY service, "lastSealed" DESC, instance
LIMIT $limit
