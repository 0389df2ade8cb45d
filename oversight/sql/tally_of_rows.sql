-- oversight/sql/tally_of_rows.sql: the shape of the tally, counted from visible rows: for areas below the county
-- in:  {households}, {plots}: the visibility tests on layers_household AS h and layers_plot AS p,
--      with their parameters
-- out: measure, county, month, n, amount, changed_at; one row a feature and date
-- index: scope_id, region_code and site_code on layers_household and layers_plot
SELECT
    counted.measure,
    left(h.region_code, 6) AS county,
    date_trunc('month', counted.day::timestamp)::date AS month,
    1 AS n,
    h.persons::numeric AS amount,
    h.changed_at
FROM layers_household AS h
CROSS JOIN
    LATERAL (
        VALUES ('households', TRUE, NULL::date),
        ('moved', h.moved_on IS NOT NULL, h.moved_on),
        ('moved_in', h.moved_in_on IS NOT NULL, h.moved_in_on)
    ) AS counted (measure, counts, day)
WHERE h.deleted_at IS NULL AND counted.counts AND {households}
UNION ALL
SELECT
    counted.measure,
    left(p.region_code, 6) AS county,
    date_trunc('month', counted.day::timestamp)::date AS month,
    1 AS n,
    counted.amount,
    p.changed_at
FROM layers_plot AS p
CROSS JOIN
    LATERAL (
        VALUES ('plots', TRUE, NULL::date, 0::numeric),
        ('demolished', p.stage IN ('demolished', 'reclaimed', 'verified'), p.demolished_on, 0::numeric),
        ('verified', p.stage = 'verified', p.verified_on, coalesce(p.verified_area_mu, 0))
    ) AS counted (measure, counts, day, amount)
WHERE p.deleted_at IS NULL AND counted.counts AND {plots}
