-- oversight/sql/tally_down.sql: what tally_up.sql made, taken away again
-- in:  nothing
-- out: nothing
-- index: none

DO $$
DECLARE
    layer text;
    event text;
BEGIN
    FOREACH layer IN ARRAY ARRAY['layers_household', 'layers_plot'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS tally_truncate ON %I', layer);
        FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
            EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', 'tally_' || event, layer);
            EXECUTE format('DROP FUNCTION IF EXISTS %I()', 'oversight_' || layer || '_' || event);
        END LOOP;
    END LOOP;
END
$$;

DROP FUNCTION IF EXISTS oversight_tally_truncated();
DROP FUNCTION IF EXISTS oversight_rebuild_tally();
DROP FUNCTION IF EXISTS oversight_tally_measures(text);
DROP FUNCTION IF EXISTS oversight_tally_body(text, text);
