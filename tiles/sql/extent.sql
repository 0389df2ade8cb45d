-- tiles/sql/extent.sql: the box of all features that somebody may see
-- in:  parameters of {scope}; {table}, {column}, {scope}
-- out: west, south, east, north float8 (degrees); all NULL where there is nothing
-- index: btree (scope_id) on {table} where the scope names few divisions; else every row is read
SELECT
    ST_XMin(seen.box) AS west,
    ST_YMin(seen.box) AS south,
    ST_XMax(seen.box) AS east,
    ST_YMax(seen.box) AS north
FROM (
    SELECT ST_Extent(feature.{column}) AS box
    FROM {table} AS feature
    WHERE feature.deleted_at IS NULL AND {scope}
) AS seen
