-- oversight/sql/sites_of_area.sql: sites of a division with the households that live there by a day
-- in:  regions text[] (LIKE patterns on the owning division); until date; most integer
--      {sites}, {households}: the visibility tests on layers_site AS s and layers_household AS h, with their parameters
-- out: code, name, households (assigned), moved_in, reported (any date of any of them), total (number of all sites);
--      the largest first
-- index: region_code on layers_site, site_code on layers_household
SELECT
    s.code,
    s.name,
    coalesce(living.households, 0) AS households,
    coalesce(living.moved_in, 0) AS moved_in,
    coalesce(living.reported, FALSE) AS reported,
    count(*) OVER () AS total
FROM layers_site AS s
LEFT JOIN LATERAL (
    SELECT
        count(*) AS households,
        count(*) FILTER (WHERE h.moved_in_on <= %(until)s) AS moved_in,
        bool_or(h.moved_on IS NOT NULL OR h.moved_in_on IS NOT NULL) AS reported
    FROM layers_household AS h
    WHERE h.site_code = s.code AND h.deleted_at IS NULL AND {households}
) AS living ON TRUE
WHERE s.deleted_at IS NULL AND s.region_code LIKE ANY(%(regions)s::text []) AND {sites}
ORDER BY households DESC, s.code
LIMIT %(most)s
