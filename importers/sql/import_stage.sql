-- importers/sql/import_stage.sql: where the rows of a file wait before they are compared with what is stored
-- in:  table identifier; columns (of the layer's table, as t)
-- out: temporary table import_stage with the types of the layer's columns, gone with the transaction
-- index: none
CREATE TEMPORARY TABLE import_stage ON COMMIT DROP AS
SELECT
    0::integer AS row_number,
    FALSE AS derived,
    NULL::integer AS twin_row,
    {columns}
FROM {table} AS t
LIMIT 0
