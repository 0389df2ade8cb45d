-- layers/sql/household_keys_wrapped.sql: keys of households under another master key
-- in:  households text[]; wrapped bytea[]; master_keys text[], one entry a household
-- out: nothing
-- index: primary key (household_code) on layers_householdkey
UPDATE layers_householdkey AS k
SET wrapped = v.wrapped, master_key = v.master_key
FROM
    unnest(%(households)s::text[], %(wrapped)s::bytea[], %(master_keys)s::text[])
        AS v (household_code, wrapped, master_key)
WHERE k.household_code = v.household_code
