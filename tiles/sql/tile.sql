-- tiles/sql/tile.sql: one layer of a vector tile
-- in:  z, x, y int; west, south, east, north float8 (degrees, grown by what is drawn); buffer_units int;
--      pixel_deg, tolerance_deg float8; max_features int; parameters of {scope};
--      {table}, {column} searched geometry, {properties}, {shape}, {scope}, {name}, {extent}
-- out: tile bytea (empty: nothing here); found int, rows in the box, at most max_features; last_id, the highest of them
-- index: gist ({column}) on {table}
-- note: "+ 0" keeps the planner from walking the primary key to serve the order, which reads the whole table
SELECT
    ST_AsMVT(drawn.*, {name}, {extent}, '_shape', '_id') FILTER (WHERE drawn._shape IS NOT NULL) AS tile,
    count(*) AS found,
    max(drawn._id) AS last_id
FROM (
    SELECT
        feature.id AS _id,
        {shape} AS _shape,
        {properties}
    FROM {table} AS feature
    WHERE
        feature.{column} && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        AND feature.deleted_at IS NULL
        AND {scope}
    ORDER BY (feature.id + 0)
    LIMIT %(max_features)s
) AS drawn
