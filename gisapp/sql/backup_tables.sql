-- gisapp/sql/backup_tables.sql: the tables that hold our rows, with what their hash is made of
-- in:  nothing
-- out: name text; columns text[] (as they stand; generated ones follow from them); key text[] (primary key, null where
--      there is none); texts text[] (columns whose order depends on a collation)
-- index: none; the catalogue is small
SELECT
    c.relname::text AS name,
    array(
        SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY a.attnum
    ) AS columns,
    (
        SELECT array_agg(a.attname::text ORDER BY k.place)
        FROM pg_index AS i
        CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE i.indrelid = c.oid AND i.indisprimary
    ) AS key,
    array(
        SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attcollation <> 0
    ) AS texts
FROM pg_class AS c
WHERE
    c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
ORDER BY c.relname
