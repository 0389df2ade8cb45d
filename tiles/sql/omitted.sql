-- tiles/sql/omitted.sql: how many features a full tile leaves out, as a layer of that tile with one point
-- in:  z, x, y int; west, south, east, north float8 (degrees, of the tile itself: what a neighbour's buffer shows
--      again is counted once); last_id bigint; max_features int; parameters of {scope};
--      {table}, {column}, {scope}, {name}, {extent}
-- out: meta bytea: a layer with the properties omitted and shown; NULL where nothing is left out
-- index: gist ({column}) on {table}
WITH left_out AS (
    SELECT count(*) AS omitted
    FROM {table} AS feature
    WHERE
        feature.{column} && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        AND feature.deleted_at IS NULL
        AND (feature.id + 0) > %(last_id)s
        AND {scope}
),

stated AS (
    SELECT
        left_out.omitted,
        %(max_features)s::bigint AS shown,
        ST_SetSRID(ST_MakePoint({extent} / 2, {extent} / 2), 3857) AS _shape
    FROM left_out
    WHERE left_out.omitted > 0
)

SELECT ST_AsMVT(stated.*, {name}, {extent}, '_shape') AS meta
FROM stated
HAVING count(*) > 0
