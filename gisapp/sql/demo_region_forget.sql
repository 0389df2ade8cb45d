-- gisapp/sql/demo_region_forget.sql: take invented places away from townships and villages
-- in:  nothing
-- out: nothing
-- index: none; the table is small
UPDATE layers_region SET geom = NULL, outline = NULL, seat = NULL, demonstration = FALSE
WHERE demonstration AND level >= 4
