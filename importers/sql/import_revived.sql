-- importers/sql/import_revived.sql: how many rows bring back a deleted feature
-- in:  table identifier
-- out: count bigint
-- index: unique (code)
SELECT count(*) AS revived
FROM {table} AS t
INNER JOIN import_stage AS s ON t.code = s.code
WHERE t.deleted_at IS NOT NULL
