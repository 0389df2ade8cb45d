-- oversight/sql/tally_up.sql: triggers that keep oversight_tally in step with layers_household and layers_plot
-- in:  nothing
-- out: nothing; run once, by the migration of the same name, as the owner of the tables
-- index: unique (county, measure, month) on oversight_tally, nulls not distinct
-- note: one function for each event, all from one body: transition tables cannot be handed to a function.
--       Rows are added in the order of the key, so that two bulk statements wait for each other instead of
--       locking each other out. What nets to nothing writes nothing.

CREATE FUNCTION oversight_tally_body(source text, measures text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT format($body$
        INSERT INTO oversight_tally AS tally (measure, county, month, n, amount, changed_at)
        SELECT
            counted.measure, left(r.region_code, 6), counted.month,
            sum(r.sign), sum(r.sign * counted.amount), clock_timestamp()
        FROM (%s) AS r
        CROSS JOIN LATERAL (VALUES %s) AS counted (measure, counts, month, amount)
        WHERE r.deleted_at IS NULL AND counted.counts
        GROUP BY counted.measure, left(r.region_code, 6), counted.month
        HAVING sum(r.sign) <> 0 OR sum(r.sign * counted.amount) <> 0
        ORDER BY 2, 1, 3
        ON CONFLICT (county, measure, month) DO UPDATE SET
            n = tally.n + excluded.n,
            amount = tally.amount + excluded.amount,
            changed_at = excluded.changed_at
    $body$, source, measures)
$$;

CREATE FUNCTION oversight_tally_measures(layer text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE layer
        WHEN 'layers_household' THEN $measures$
            ('households', TRUE, NULL::date, r.persons::numeric),
            ('moved', r.moved_on IS NOT NULL, date_trunc('month', r.moved_on::timestamp)::date, r.persons::numeric),
            ('moved_in', r.moved_in_on IS NOT NULL, date_trunc('month', r.moved_in_on::timestamp)::date,
             r.persons::numeric)
        $measures$
        WHEN 'layers_plot' THEN $measures$
            ('plots', TRUE, NULL::date, 0::numeric),
            ('demolished', r.stage IN ('demolished', 'reclaimed', 'verified'),
             date_trunc('month', r.demolished_on::timestamp)::date, 0::numeric),
            ('verified', r.stage = 'verified', date_trunc('month', r.verified_on::timestamp)::date,
             coalesce(r.verified_area_mu, 0))
        $measures$
    END
$$;

DO $$
DECLARE
    layer text;
    event text;
    source text;
    tables text;
BEGIN
    FOREACH layer IN ARRAY ARRAY['layers_household', 'layers_plot'] LOOP
        FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
            source := concat_ws(
                ' UNION ALL ',
                CASE WHEN event <> 'delete' THEN 'SELECT 1 AS sign, * FROM new_rows' END,
                CASE WHEN event <> 'insert' THEN 'SELECT -1 AS sign, * FROM old_rows' END
            );
            tables := concat_ws(
                ' ',
                CASE WHEN event <> 'delete' THEN 'NEW TABLE AS new_rows' END,
                CASE WHEN event <> 'insert' THEN 'OLD TABLE AS old_rows' END
            );
            EXECUTE format(
                'CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
                'SET search_path = public, pg_temp AS $function$ BEGIN %s; RETURN NULL; END $function$',
                'oversight_' || layer || '_' || event,
                oversight_tally_body(source, oversight_tally_measures(layer))
            );
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION %I()',
                'tally_' || event, event, layer, tables, 'oversight_' || layer || '_' || event
            );
        END LOOP;
    END LOOP;
END
$$;

CREATE FUNCTION oversight_rebuild_tally() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    layer text;
    made bigint;
BEGIN
    LOCK TABLE layers_household, layers_plot IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM oversight_tally;
    FOREACH layer IN ARRAY ARRAY['layers_household', 'layers_plot'] LOOP
        EXECUTE oversight_tally_body(
            format('SELECT 1 AS sign, * FROM %I', layer), oversight_tally_measures(layer)
        );
    END LOOP;
    SELECT count(*) INTO made FROM oversight_tally;
    RETURN made;
END
$$;

COMMENT ON FUNCTION oversight_rebuild_tally() IS
'Counts all rows anew: after a restore, or a load that ran without triggers.';

CREATE FUNCTION oversight_tally_truncated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM oversight_tally WHERE measure = ANY(string_to_array(TG_ARGV[0], ','));
    RETURN NULL;
END
$$;

CREATE TRIGGER tally_truncate AFTER TRUNCATE ON layers_household
FOR EACH STATEMENT EXECUTE FUNCTION oversight_tally_truncated('households,moved,moved_in');

CREATE TRIGGER tally_truncate AFTER TRUNCATE ON layers_plot
FOR EACH STATEMENT EXECUTE FUNCTION oversight_tally_truncated('plots,demolished,verified');

ALTER TABLE oversight_tally SET (fillfactor = 60);

REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON oversight_tally FROM gisapp_app;

SELECT oversight_rebuild_tally();
