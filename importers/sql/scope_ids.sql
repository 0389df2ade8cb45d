-- importers/sql/scope_ids.sql: the set of counties of each distinct set of division codes
-- in:  sets text[] (codes joined by commas)
-- out: id int, in the order of sets
-- index: unique (counties) on layers_scope
SELECT layers_scope_of(string_to_array(wanted.codes, ',')) AS id
FROM unnest(%(sets)s::text []) WITH ORDINALITY AS wanted (codes, place)
ORDER BY wanted.place
