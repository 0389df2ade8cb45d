-- gisapp/sql/demo_signing_triggers.sql: row triggers that fill columns and refuse nothing
-- in:  table text
-- out: name text
-- index: none
SELECT t.tgname AS name
FROM pg_trigger AS t
WHERE t.tgrelid = %(table)s::regclass AND t.tgname ~ '^pgtrigger_(stamp|scope)_' AND t.tgenabled = 'O'
ORDER BY t.tgname
