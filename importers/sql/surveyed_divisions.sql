-- importers/sql/surveyed_divisions.sql: the smallest divisions with a surveyed boundary in a box
-- in:  west, south, east, north float8 (degrees, 4490)
-- out: code text, wkb bytea
-- index: gist (geom), btree (parent_code) on layers_region
SELECT
    r.code,
    ST_AsBinary(r.geom) AS wkb
FROM layers_region AS r
WHERE
    r.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    AND NOT r.demonstration
    AND r.deleted_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM layers_region AS below
        WHERE
            below.parent_code = r.code
            AND below.geom IS NOT NULL
            AND NOT below.demonstration
            AND below.deleted_at IS NULL
    )
ORDER BY r.code
