-- importers/sql/import_taken.sql: rows whose code belongs to a feature that the user may not change
-- in:  table identifier; scope (SQL on t)
-- out: row_number int, code text
-- index: unique (code)
SELECT
    s.row_number,
    s.code
FROM import_stage AS s
INNER JOIN {table} AS t ON s.code = t.code
WHERE NOT ({scope})
ORDER BY s.row_number
