-- gisapp/sql/table_sizes.sql: the largest tables, with their indexes and long values
-- in:  most: how many
-- out: name text, bytes bigint, rows bigint (an estimate; -1 where the table was never analysed); largest first
-- index: none; the catalogue is small
SELECT
    c.relname AS name,
    pg_total_relation_size(c.oid) AS bytes,
    c.reltuples::bigint AS rows
FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
ORDER BY pg_total_relation_size(c.oid) DESC
LIMIT %(most)s
