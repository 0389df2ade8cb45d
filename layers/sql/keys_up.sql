-- layers/sql/keys_up.sql: row-level security of the keys of households, as on the rows that they open
-- in:  nothing
-- out: nothing; run once, by the migration `sealed`, as the owner of the tables
-- index: none
ALTER TABLE layers_householdkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE layers_householdkey FORCE ROW LEVEL SECURITY;
CREATE POLICY area ON layers_householdkey
USING (current_setting('gisapp.divisions', TRUE) = '*' OR layers_personal_visible(household_code))
WITH CHECK (current_setting('gisapp.divisions', TRUE) = '*' OR layers_personal_visible(household_code));

-- A key is destroyed by emptying its row, which stays to say so.
REVOKE DELETE, TRUNCATE ON layers_householdkey FROM gisapp_app;
