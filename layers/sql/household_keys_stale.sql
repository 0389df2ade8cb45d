-- layers/sql/household_keys_stale.sql: some keys that lie under another master key than the present one, held
-- in:  present text; batch integer
-- out: household_code text; wrapped bytea
-- index: none: the exchange of keys goes through the whole table; those done already are passed by quickly
SELECT
    k.household_code,
    k.wrapped
FROM layers_householdkey AS k
WHERE k.wrapped IS NOT NULL AND k.master_key <> %(present)s
ORDER BY k.household_code
LIMIT %(batch)s
FOR UPDATE
