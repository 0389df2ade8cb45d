-- importers/sql/preview.sql: what an import would do to each feature, the changed ones first
-- in:  table, geom identifiers; compared (whether row and feature differ), before, after (jsonb of the values
--      compared), moved (the geometry after); most int
-- out: row_number int, code text, kind text (add, change or same), before jsonb, after jsonb, old_geom text and
--      new_geom text (GeoJSON, CGCS2000), moved_m float8 (points: geodesic metres), old_area_m2 float8 and
--      new_area_m2 float8 (ellipsoid)
-- index: unique (code)
-- note: read before anything is written; seven decimals of a degree are a centimetre
WITH judged AS (
    SELECT
        s.row_number,
        s.code,
        t.{geom} AS old_geom,
        {moved} AS new_geom,
        CASE
            WHEN t.id IS NULL OR t.deleted_at IS NOT NULL THEN 'add'
            WHEN {compared} THEN 'change'
            ELSE 'same'
        END AS kind,
        {before} AS before,
        {after} AS after
    FROM import_stage AS s
    LEFT JOIN {table} AS t ON s.code = t.code
),

shown AS (
    SELECT judged.*
    FROM judged
    ORDER BY array_position(ARRAY['change', 'add', 'same'], judged.kind), judged.row_number
    LIMIT %(most)s
)

SELECT
    f.row_number,
    f.code,
    f.kind,
    CASE WHEN f.kind = 'change' THEN f.before END AS before,
    CASE WHEN f.kind = 'change' THEN f.after END AS after,
    CASE WHEN f.kind = 'change' THEN ST_AsGeoJSON(f.old_geom, 7, 0) END AS old_geom,
    ST_AsGeoJSON(f.new_geom, 7, 0) AS new_geom,
    CASE
        WHEN f.kind = 'change' AND GeometryType(f.new_geom) = 'POINT'
            THEN ST_Distance(f.old_geom::geography, f.new_geom::geography)
    END AS moved_m,
    CASE WHEN f.kind = 'change' AND ST_Dimension(f.new_geom) = 2 THEN ST_Area(f.old_geom::geography) END AS old_area_m2,
    CASE WHEN f.kind = 'change' AND ST_Dimension(f.new_geom) = 2 THEN ST_Area(f.new_geom::geography) END AS new_area_m2
FROM shown AS f
ORDER BY f.row_number
