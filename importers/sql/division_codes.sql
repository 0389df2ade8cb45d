-- importers/sql/division_codes.sql: codes of all divisions, and the codes that they had before
-- in:  nothing
-- out: code text, aliases text[]
-- index: none; all rows
SELECT
    r.code,
    r.aliases::text [] AS aliases
FROM layers_region AS r
WHERE r.deleted_at IS NULL
