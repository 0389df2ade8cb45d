-- importers/sql/stored_outlines.sql: polygons that a layer already has in a box
-- in:  table, geom identifiers; west, south, east, north float8 (degrees, 4490); most int
-- out: code text, wkb bytea
-- index: gist (geom) on the layer's table
SELECT
    t.code,
    ST_AsBinary(t.{geom}) AS wkb
FROM {table} AS t
WHERE
    t.{geom} && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    AND t.deleted_at IS NULL
LIMIT %(most)s
