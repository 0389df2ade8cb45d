-- importers/sql/import_members.sql: households with fewer persons than members on record
-- in:  table identifier (households)
-- out: row_number int, persons int, members bigint
-- index: unique (household_code, number) on layers_person; only rows whose number changes are looked at
-- note: row-level security shows the members that the user may read; of others nothing is said
SELECT
    s.row_number,
    s.persons,
    count(*) AS members
FROM import_stage AS s
INNER JOIN {table} AS t ON s.code = t.code
INNER JOIN layers_person AS p ON t.code = p.household_code
WHERE s.persons IS DISTINCT FROM t.persons
GROUP BY s.row_number, s.persons
HAVING count(*) > s.persons
ORDER BY s.row_number
