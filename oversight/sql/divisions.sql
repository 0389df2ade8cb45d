-- oversight/sql/divisions.sql: provinces, prefectures and counties with a place for their name and their extent
-- in:  nothing
-- out: code, name, level, parent_code, longitude, latitude (a point inside), west, south, east, north; degrees
-- index: none: about 130 rows a province
SELECT
    r.code,
    r.name,
    r.level,
    r.parent_code,
    ST_X(place.inside) AS longitude,
    ST_Y(place.inside) AS latitude,
    ST_XMin(r.outline) AS west,
    ST_YMin(r.outline) AS south,
    ST_XMax(r.outline) AS east,
    ST_YMax(r.outline) AS north
FROM layers_region AS r
CROSS JOIN LATERAL (SELECT coalesce(r.seat, ST_PointOnSurface(r.outline)) AS inside) AS place
WHERE r.level <= 3 AND r.deleted_at IS NULL
ORDER BY r.code
