-- gisapp/sql/demo_region_stage.sql: where invented places wait
-- in:  nothing
-- out: temporary table demo_region, gone with the transaction
-- index: none
CREATE TEMPORARY TABLE demo_region (
    code text,
    geom geometry(MultiPolygon, 4490),
    outline geometry(MultiPolygon, 4490),
    seat geometry(Point, 4490)
) ON COMMIT DROP
