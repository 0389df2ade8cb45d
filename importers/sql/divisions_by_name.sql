-- importers/sql/divisions_by_name.sql: divisions down to townships whose name no other of their level has
-- in:  names text[]
-- out: name text, code text; of several levels the lowest
-- index: none; some thousand rows
SELECT DISTINCT ON (one.name)
    one.name,
    one.code
FROM (
    SELECT
        r.name,
        r.level,
        min(r.code) AS code
    FROM layers_region AS r
    WHERE r.name = ANY(%(names)s) AND r.level <= 4 AND r.deleted_at IS NULL
    GROUP BY r.name, r.level
    HAVING count(*) = 1
) AS one
ORDER BY one.name ASC, one.level DESC
