-- gisapp/sql/demo_region_update.sql: invented places for townships and villages, marked as such
-- in:  temporary table demo_region
-- out: nothing
-- index: unique (code) on layers_region
-- note: a division whose boundary is known keeps it
UPDATE layers_region AS r
SET geom = d.geom, outline = d.outline, seat = d.seat, demonstration = TRUE
FROM demo_region AS d
WHERE
    r.code = d.code
    AND (r.demonstration OR (r.geom IS NULL AND r.seat IS NULL))
    AND (r.geom, r.outline, r.seat, r.demonstration) IS DISTINCT FROM (d.geom, d.outline, d.seat, TRUE)
