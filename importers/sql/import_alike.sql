-- importers/sql/import_alike.sql: new rows with a code of their own that look like a stored feature of another code
-- in:  table identifier; filled, same, near, scope (SQL on s and t)
-- out: row_number int, code text; each row once
-- index: unique (code); the equality of names is a hash join
-- note: where the file has that feature too, it tells the two apart itself
SELECT DISTINCT ON (s.row_number)
    s.row_number,
    t.code
FROM import_stage AS s
INNER JOIN {table} AS t ON {same}
WHERE
    NOT s.derived
    AND {filled}
    AND t.deleted_at IS NULL
    AND {scope}
    AND {near}
    AND NOT EXISTS (SELECT 1 FROM {table} AS own WHERE own.code = s.code)
    AND NOT EXISTS (SELECT 1 FROM import_stage AS other WHERE other.code = t.code)
ORDER BY s.row_number ASC, t.code ASC
