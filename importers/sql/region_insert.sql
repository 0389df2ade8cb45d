-- importers/sql/region_insert.sql: divisions that are not stored yet
-- in:  temporary table region_stage
-- out: one row a new division
-- index: unique (code) on layers_region
INSERT INTO layers_region (
    code, name, level, parent_code, aliases, source, source_id, demonstration, version, geom, outline, seat
)
SELECT
    s.code,
    s.name,
    s.level,
    s.parent_code,
    s.aliases,
    s.source,
    '',
    FALSE,
    1,
    s.geom,
    s.outline,
    s.seat
FROM region_stage AS s
WHERE NOT EXISTS (SELECT 1 FROM layers_region AS r WHERE r.code = s.code)
ORDER BY s.code
RETURNING code
