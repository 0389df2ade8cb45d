-- spatial_analysis/sql/household_ends.sql: both ends of every household's move, at a fixed width a row
-- in:  {visible}: the test of layers.selectors.Visibility on "household"; prefix text: leading digits of the origin's
--      division code and a closing %, or % alone
-- out: id int8; region, destination int8: 12-digit codes, 0 where unknown; old_x, old_y, new_x, new_y float8: CGCS2000
--      degrees, NaN where unknown; changed timestamptz
-- index: layers_household (region_code varchar_pattern_ops) where a division is asked for; else a full scan
-- note: no column is ever NULL, so that a binary COPY can be read as one array
SELECT
    household.id,
    household.region_code::int8 AS region,
    COALESCE(household.destination_code::int8, 0) AS destination,
    COALESCE(ST_X(household.old_home), 'NaN') AS old_x,
    COALESCE(ST_Y(household.old_home), 'NaN') AS old_y,
    COALESCE(ST_X(household.new_home), 'NaN') AS new_x,
    COALESCE(ST_Y(household.new_home), 'NaN') AS new_y,
    household.changed_at AS changed
FROM layers_household AS household
WHERE household.deleted_at IS NULL
    AND household.region_code LIKE %(prefix)s
    AND {visible}
