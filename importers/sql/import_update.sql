-- importers/sql/import_update.sql: features that differ from their row get a new version
-- in:  table identifier; assignments, differs (SQL on s and t)
-- out: one row a changed feature
-- index: unique (code)
UPDATE {table} AS t
SET {assignments}, deleted_at = NULL
FROM import_stage AS s
WHERE
    t.code = s.code
    AND (t.deleted_at IS NOT NULL OR {differs})
