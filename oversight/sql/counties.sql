-- oversight/sql/counties.sql: what each county has reached by a day, from the tally
-- in:  household_counties, plot_counties, counties (both) text[]: LIKE patterns on the county; until date
--      {source}: the tally, or rows of the same shape
-- out: county, households, persons, moved_in, reported (any date of any household), plots, demolished, verified,
--      verified_mu, changed_at
-- index: unique (county, measure, month) on oversight_tally
-- note: months are added up first, so that six sums meet a few hundred rows and not all of them
SELECT
    m.county,
    coalesce(sum(m.n) FILTER (WHERE m.measure = 'households'), 0)::bigint AS households,
    coalesce(sum(m.amount) FILTER (WHERE m.measure = 'households'), 0)::bigint AS persons,
    coalesce(sum(m.n) FILTER (WHERE m.measure = 'moved_in'), 0)::bigint AS moved_in,
    coalesce(bool_or(m.ever > 0) FILTER (WHERE m.measure IN ('moved', 'moved_in')), FALSE) AS reported,
    coalesce(sum(m.n) FILTER (WHERE m.measure = 'plots'), 0)::bigint AS plots,
    coalesce(sum(m.n) FILTER (WHERE m.measure = 'demolished'), 0)::bigint AS demolished,
    coalesce(sum(m.n) FILTER (WHERE m.measure = 'verified'), 0)::bigint AS verified,
    coalesce(sum(m.amount) FILTER (WHERE m.measure = 'verified'), 0) AS verified_mu,
    max(m.changed_at) AS changed_at
FROM (
    SELECT
        t.county,
        t.measure,
        sum(t.n) FILTER (WHERE t.month IS NULL OR t.month <= %(until)s) AS n,
        sum(t.amount) FILTER (WHERE t.month IS NULL OR t.month <= %(until)s) AS amount,
        sum(t.n) AS ever,
        max(t.changed_at) AS changed_at
    FROM ({source}) AS t
    WHERE t.county LIKE ANY(%(counties)s::text [])
    GROUP BY t.county, t.measure
) AS m
WHERE
    (m.measure IN ('households', 'moved', 'moved_in') AND m.county LIKE ANY(%(household_counties)s::text []))
    OR (m.measure IN ('plots', 'demolished', 'verified') AND m.county LIKE ANY(%(plot_counties)s::text []))
GROUP BY m.county
HAVING sum(m.ever) > 0
ORDER BY m.county
