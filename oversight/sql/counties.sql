-- oversight/sql/counties.sql: what each county has reached by a day, from the tally
-- in:  household_counties, plot_counties text[] (LIKE patterns on the county); until date
--      {source}: the tally, or rows of the same shape
-- out: county, households, persons, moved_in, reported (any date of any household), plots, demolished, verified,
--      verified_mu, changed_at
-- index: unique (county, measure, month) on oversight_tally
SELECT
    t.county,
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'households'), 0)::bigint AS households,
    coalesce(sum(t.amount) FILTER (WHERE t.measure = 'households'), 0)::bigint AS persons,
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'moved_in' AND t.month <= %(until)s), 0)::bigint AS moved_in,
    coalesce(sum(t.n) FILTER (WHERE t.measure IN ('moved', 'moved_in')), 0) > 0 AS reported,
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'plots'), 0)::bigint AS plots,
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'demolished' AND t.month <= %(until)s), 0)::bigint AS demolished,
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'verified' AND t.month <= %(until)s), 0)::bigint AS verified,
    coalesce(sum(t.amount) FILTER (WHERE t.measure = 'verified' AND t.month <= %(until)s), 0) AS verified_mu,
    max(t.changed_at) AS changed_at
FROM ({source}) AS t
WHERE
    (t.measure IN ('households', 'moved', 'moved_in') AND t.county LIKE ANY(%(household_counties)s::text []))
    OR (t.measure IN ('plots', 'demolished', 'verified') AND t.county LIKE ANY(%(plot_counties)s::text []))
GROUP BY t.county
HAVING sum(t.n) > 0
ORDER BY t.county
