-- importers/sql/import_rules.sql: the CHECK constraints of a table
-- in:  table text
-- out: name text, rule text (SQL on the bare columns)
-- index: pg_constraint (conrelid)
SELECT
    c.conname AS name,
    pg_get_expr(c.conbin, c.conrelid) AS rule
FROM pg_constraint AS c
WHERE c.conrelid = %(table)s::regclass AND c.contype = 'c'
ORDER BY c.conname
