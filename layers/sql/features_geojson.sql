-- layers/sql/features_geojson.sql: features as GeoJSON (RFC 7946), one text a row
-- in:  parameters of {scope}; {table}, {geometry} expression, {properties}, {scope} and {wanted} tests
-- out: feature text
-- index: primary key of {table} for the order; gist of its geometry where {wanted} has a box
-- note: 9 decimals are 0.1 mm; a place that is not known is null, the row is there all the same
SELECT
    '{{"type":"Feature","id":' || to_json(feature.code)
    || ',"geometry":' || COALESCE(ST_AsGeoJSON({geometry}, 9, 0), 'null')
    || ',"properties":' || row_to_json(shown)
    || '}}' AS feature
FROM {table} AS feature
CROSS JOIN LATERAL (SELECT {properties}) AS shown
WHERE feature.deleted_at IS NULL AND {scope} AND {wanted}
ORDER BY feature.id
