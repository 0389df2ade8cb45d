-- importers/sql/import_new.sql: rows that no stored feature matches
-- in:  table identifier
-- out: row_number int
-- index: unique (code)
SELECT s.row_number
FROM import_stage AS s
WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE t.code = s.code)
ORDER BY s.row_number
