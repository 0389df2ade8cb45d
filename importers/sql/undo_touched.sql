-- importers/sql/undo_touched.sql: features of a batch that were changed after it
-- in:  table, events identifiers; batch uuid, finished_at timestamptz
-- out: code text
-- index: btree (batch) on the layer's table; the events of the batch are few
SELECT t.code
FROM {table} AS t
WHERE t.batch = %(batch)s AND t.changed_at > %(finished_at)s
UNION
SELECT e.code
FROM {events} AS e
WHERE e.batch = %(batch)s
ORDER BY 1
LIMIT 50
