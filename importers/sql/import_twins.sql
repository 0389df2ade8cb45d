-- importers/sql/import_twins.sql: rows that look like an earlier row of the file name its code
-- in:  nothing
-- out: nothing
-- index: none; the stage holds one file
UPDATE import_stage AS s
SET possible_duplicate_of = twin.code
FROM import_stage AS twin
WHERE s.twin_row = twin.row_number
