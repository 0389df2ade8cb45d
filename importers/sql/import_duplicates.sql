-- importers/sql/import_duplicates.sql: rows about a feature that an earlier row is about already
-- in:  nothing
-- out: row_number int, first_row int, code text
-- index: none; the stage holds one file
SELECT
    ranked.row_number,
    ranked.first_row,
    ranked.code
FROM (
    SELECT
        s.row_number,
        s.code,
        min(s.row_number) OVER (PARTITION BY s.code) AS first_row
    FROM import_stage AS s
) AS ranked
WHERE ranked.row_number > ranked.first_row
ORDER BY ranked.row_number
