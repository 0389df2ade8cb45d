-- importers/sql/any_surveyed.sql: whether any division has a surveyed boundary
-- in:  nothing
-- out: found boolean
-- index: none; the first row answers
SELECT EXISTS(
    SELECT 1 FROM layers_region AS r
    WHERE r.geom IS NOT NULL AND NOT r.demonstration AND r.deleted_at IS NULL
) AS found
