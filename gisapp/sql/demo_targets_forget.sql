-- gisapp/sql/demo_targets_forget.sql: delete plan targets that still are as the demonstration wrote them
-- in:  regions text[]; years int[]; measures text[]; values numeric[]; all of one length
-- out: nothing
-- index: unique (region_code, year, measure) on oversight_plantarget
DELETE FROM oversight_plantarget AS t
USING
    unnest(%(regions)s::text[], %(years)s::int[], %(measures)s::text[], %(values)s::numeric[])
        AS d (region_code, year, measure, value)
WHERE
    t.region_code = d.region_code AND t.year = d.year AND t.measure = d.measure AND t.value = d.value
