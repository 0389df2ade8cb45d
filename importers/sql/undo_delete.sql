-- importers/sql/undo_delete.sql: features that a batch added are deleted; their history stays
-- in:  table identifier; batch uuid
-- out: one row a deleted feature
-- index: btree (batch) on the layer's table
UPDATE {table} AS t
SET deleted_at = now()
WHERE t.batch = %(batch)s AND t.version = 1 AND t.deleted_at IS NULL
