-- oversight/sql/months.sql: how many households moved in, and plots were demolished and verified, in each month
-- in:  household_counties, plot_counties text[] (LIKE patterns on the county)
--      {source}: the tally, or rows of the same shape
-- out: measure, month (first day), n, amount; months without any are left out
-- index: unique (county, measure, month) on oversight_tally
SELECT
    t.measure,
    t.month,
    sum(t.n)::bigint AS n,
    sum(t.amount) AS amount
FROM ({source}) AS t
WHERE
    (t.measure = 'moved_in' AND t.county LIKE ANY(%(household_counties)s::text []))
    OR (t.measure IN ('demolished', 'verified') AND t.county LIKE ANY(%(plot_counties)s::text []))
GROUP BY t.measure, t.month
HAVING sum(t.n) > 0
ORDER BY t.measure, t.month
