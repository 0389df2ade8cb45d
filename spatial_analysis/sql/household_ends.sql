-- spatial_analysis/sql/household_ends.sql: both ends of every household's move, at a fixed width a row
-- in:  {visible}: the test of layers.selectors.Visibility on "household"; prefix text: leading digits of the origin's
--      division code and a closing %, or % alone
-- out: id int8; region, destination text: 12 digits, all 0 where unknown; old_home, new_home geometry: CGCS2000
--      degrees, NaN where unknown; changed timestamptz
-- index: layers_household (region_code varchar_pattern_ops) where a division is asked for; else a full scan
-- note: no column is ever NULL and none varies in width, so that a binary COPY can be read as one array. Codes and
--      points go out as they are stored: casting the codes and taking the points apart made the query a third slower
SELECT
    household.id,
    household.region_code AS region,
    COALESCE(household.destination_code, '000000000000') AS destination,
    COALESCE(household.old_home, ST_SetSRID(ST_MakePoint('NaN', 'NaN'), 4490)) AS old_home,
    COALESCE(household.new_home, ST_SetSRID(ST_MakePoint('NaN', 'NaN'), 4490)) AS new_home,
    household.changed_at AS changed
FROM layers_household AS household
WHERE
    household.deleted_at IS NULL
    AND household.region_code LIKE %(prefix)s
    AND {visible}
