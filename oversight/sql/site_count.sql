-- oversight/sql/site_count.sql: how many sites a division has, and when one last changed
-- in:  regions text[] (LIKE patterns on the owning division)
--      {sites}: the visibility test on layers_site AS s, with its parameters
-- out: n, changed_at
-- index: region_code on layers_site
SELECT
    count(*) AS n,
    max(s.changed_at) AS changed_at
FROM layers_site AS s
WHERE s.deleted_at IS NULL AND s.region_code LIKE ANY(%(regions)s::text []) AND {sites}
