-- importers/sql/region_update.sql: divisions that differ from what was read get a new version
-- in:  temporary table region_stage
-- out: one row a changed division
-- index: unique (code) on layers_region
-- note: a staged division without a boundary (township, village) leaves a stored one alone: it may be a demonstration's
UPDATE layers_region AS r
SET
    name = s.name,
    parent_code = s.parent_code,
    aliases = s.aliases,
    source = s.source,
    geom = coalesce(s.geom, r.geom),
    outline = coalesce(s.outline, r.outline),
    seat = coalesce(s.seat, r.seat),
    demonstration = r.demonstration AND s.geom IS NULL,
    deleted_at = NULL
FROM region_stage AS s
WHERE
    r.code = s.code
    AND (
        (r.name, r.parent_code, r.source, r.deleted_at IS NULL)
        IS DISTINCT FROM (s.name, s.parent_code, s.source, TRUE)
        OR r.aliases::text[] IS DISTINCT FROM s.aliases
        OR (
            s.geom IS NOT NULL
            AND (r.geom, r.outline, r.seat, r.demonstration) IS DISTINCT FROM (s.geom, s.outline, s.seat, FALSE)
        )
    )
RETURNING r.code
