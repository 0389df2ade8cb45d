-- importers/sql/import_match.sql: rows without a code of their own take the code of the feature that they are about
-- in:  table identifier; undecided (no earlier key is filled), filled, same, near, metres, scope (SQL on s and t)
-- out: nothing; one row a matched row is updated
-- index: unique (code); the equality of names is a hash join, distances are measured between those alone
-- note: a row that was imported before under its derived code stays with that feature; of several rows near one
--       feature the nearest gets it
WITH near AS (
    SELECT DISTINCT ON (s.row_number)
        s.row_number,
        t.code,
        {metres} AS metres
    FROM import_stage AS s
    INNER JOIN {table} AS t ON {same}
    WHERE
        s.derived
        AND {undecided}
        AND {filled}
        AND t.deleted_at IS NULL
        AND {scope}
        AND {near}
        AND NOT EXISTS (SELECT 1 FROM {table} AS own WHERE own.code = s.code)
        AND NOT EXISTS (SELECT 1 FROM import_stage AS other WHERE other.code = t.code)
    ORDER BY s.row_number ASC, metres ASC, t.code ASC
),

chosen AS (
    SELECT DISTINCT ON (near.code)
        near.row_number,
        near.code
    FROM near
    ORDER BY near.code ASC, near.metres ASC, near.row_number ASC
)

UPDATE import_stage AS s
SET code = chosen.code
FROM chosen
WHERE s.row_number = chosen.row_number
