-- importers/sql/import_check.sql: which rows would break which CHECK constraint once they are written
-- in:  table identifier; merged (each column as it will be), tests (one SELECT a rule)
-- out: name text, row_number int
-- index: unique (code)
-- note: the database would stop at the first; a clerk wants all of them
WITH candidate AS MATERIALIZED (
    SELECT
        s.row_number,
        {merged}
    FROM import_stage AS s
    LEFT JOIN {table} AS t ON s.code = t.code
)

{tests}
ORDER BY 2
