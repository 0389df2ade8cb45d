-- importers/sql/region_stage.sql: where divisions wait before they are compared with what is stored
-- in:  nothing
-- out: temporary table region_stage, gone with the transaction
-- index: none
CREATE TEMPORARY TABLE region_stage (
    code text,
    name text,
    level smallint,
    parent_code text,
    aliases text[],
    source text,
    geom geometry(MultiPolygon, 4490),
    outline geometry(MultiPolygon, 4490),
    seat geometry(Point, 4490)
) ON COMMIT DROP
