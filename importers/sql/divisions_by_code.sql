-- importers/sql/divisions_by_code.sql: the surveyed boundaries of some divisions
-- in:  codes text[] (12 digits)
-- out: code text, wkb bytea
-- index: unique (code) on layers_region
SELECT
    r.code,
    ST_AsBinary(r.geom) AS wkb
FROM layers_region AS r
WHERE
    r.code = ANY(%(codes)s)
    AND r.geom IS NOT NULL
    AND NOT r.demonstration
    AND r.deleted_at IS NULL
ORDER BY r.code
