-- importers/sql/import_overlap_index.sql: makes the rows findable by their place
-- in:  geom identifier
-- out: nothing
-- index: makes one, gone with the table
CREATE INDEX import_stage_place ON import_stage USING gist ({geom})
