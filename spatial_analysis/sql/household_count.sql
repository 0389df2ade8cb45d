-- spatial_analysis/sql/household_count.sql: how many households household_ends.sql will read
-- in:  {visible}: the test of layers.selectors.Visibility on "household"; prefix text, as there
-- out: count bigint
-- index: layers_household (region_code varchar_pattern_ops) where a division is asked for; else a full scan
SELECT count(*)
FROM layers_household AS household
WHERE
    household.deleted_at IS NULL
    AND household.region_code LIKE %(prefix)s
    AND {visible}
