-- importers/sql/import_insert.sql: features that are not stored yet
-- in:  table identifier; columns, merged (their values, SQL on s)
-- out: one row a new feature
-- index: unique (code)
INSERT INTO {table} ({columns})
SELECT {merged}
FROM import_stage AS s
WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE t.code = s.code)
ORDER BY s.row_number
