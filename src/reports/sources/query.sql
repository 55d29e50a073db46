-- Who reports: one line per instance, newest first.
-- Its parts since the range began, of an instance that began before the range ended. Those sealed after the end are among them: they may
-- hold rows of the range.
WITH reporting AS (
  SELECT *, unnest(services) AS service FROM parts WHERE {{reporting}}
),
-- Sequences begin at 1 and have no holes unless a part is missing. Of the whole life of an instance: which windows a missing part held is not
-- known, and one that is missing between a part before the end of the range and one after it must not be overlooked.
-- The last part of an instance may be empty, so that it names no service.
instances AS (
  SELECT instance, max(sequence) - count(*) AS missing, bool_or(final) AS ended FROM parts WHERE true{{sealed}} GROUP BY instance
)
SELECT service, instance, last(package ORDER BY sequence) AS package, last(mapping ORDER BY sequence) AS mapping,
  epoch_ms(min(sealed_at)) AS "firstSealed", epoch_ms(max(sealed_at)) AS "lastSealed",
  count(*) AS parts, sum(n)::BIGINT AS rows, any_value(missing) AS "partsMissing", any_value(ended) AS ended
FROM reporting JOIN instances USING (instance)
GROUP BY service, instance
ORDER BY service, "lastSealed" DESC, instance
LIMIT $limit
