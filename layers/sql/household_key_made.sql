-- layers/sql/household_key_made.sql: a key for a household that has none
-- in:  household text; wrapped bytea; master_key text
-- out: nothing
-- index: primary key (household_code) on layers_householdkey
INSERT INTO layers_householdkey (household_code, wrapped, master_key, made_at)
VALUES (%(household)s, %(wrapped)s, %(master_key)s, now())
ON CONFLICT (household_code) DO NOTHING
