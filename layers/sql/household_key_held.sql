-- layers/sql/household_key_held.sql: the key of a household, held until the transaction ends: erasing waits for it
-- in:  household text
-- out: wrapped bytea, NULL where it was destroyed
-- index: primary key (household_code) on layers_householdkey
SELECT k.wrapped FROM layers_householdkey AS k
WHERE k.household_code = %(household)s
FOR SHARE
