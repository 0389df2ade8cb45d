-- layers/sql/household_keys.sql: keys of households that the running transaction may read
-- in:  households text[]
-- out: household_code text; wrapped bytea
-- index: primary key (household_code) on layers_householdkey; its operator is leakproof, so row-level security keeps it
SELECT
    k.household_code,
    k.wrapped
FROM layers_householdkey AS k
WHERE k.household_code = ANY(%(households)s::text[]) AND k.wrapped IS NOT NULL
