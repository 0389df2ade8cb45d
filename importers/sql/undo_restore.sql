-- importers/sql/undo_restore.sql: features that a batch changed become what they were
-- in:  table, events identifiers; assignments (SQL on e); batch uuid
-- out: one row a restored feature
-- index: btree (batch) on the layer's table, btree (pgh_obj_id) on its events
UPDATE {table} AS t
SET {assignments}
FROM {events} AS e
WHERE t.batch = %(batch)s AND t.version > 1 AND e.pgh_obj_id = t.id AND e.version = t.version - 1
