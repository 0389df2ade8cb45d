-- layers/sql/rules_up.sql: functions, row-level security and rights that models cannot say
-- in:  nothing
-- out: nothing; run once, by the migration of the same name, as the owner of the tables
-- index: unique (counties) on layers_scope; unique (code) on layers_household

CREATE FUNCTION layers_division_prefix(code text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN substr(code, 3, 4) = '0000' THEN left(code, 2)
        WHEN substr(code, 5, 2) = '00' THEN left(code, 4)
        ELSE left(code, 6)
    END
$$;

COMMENT ON FUNCTION layers_division_prefix(text) IS
'A division code cut to province, prefecture or county, without closing zeros.';

CREATE FUNCTION layers_scope_of(codes text[]) RETURNS integer
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    wanted text[];
    known text[];
    found integer;
BEGIN
    SELECT array_agg(DISTINCT layers_division_prefix(code) ORDER BY layers_division_prefix(code)) INTO wanted
    FROM unnest(codes) AS code
    WHERE code IS NOT NULL AND code <> '';
    SELECT id INTO found FROM layers_scope WHERE counties = wanted;
    IF found IS NULL THEN
        SELECT array_agg(DISTINCT left(county, digits) ORDER BY left(county, digits)) INTO known
        FROM unnest(wanted) AS county CROSS JOIN unnest(ARRAY[2, 4, 6]) AS digits
        WHERE length(county) >= digits;
        INSERT INTO layers_scope (counties, divisions) VALUES (wanted, known)
        ON CONFLICT (counties) DO NOTHING
        RETURNING id INTO found;
        IF found IS NULL THEN
            SELECT id INTO found FROM layers_scope WHERE counties = wanted;
        END IF;
    END IF;
    RETURN found;
END
$$;

COMMENT ON FUNCTION layers_scope_of(text[]) IS
'Id of the set of counties that some division codes belong to; made when it is new.';

-- The personal rows that the running transaction may touch. Nothing set: none.
CREATE FUNCTION layers_personal_visible(household text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(current_setting('gisapp.divisions', TRUE), '') = '*' OR EXISTS (
        SELECT 1
        FROM layers_household AS h
        JOIN layers_scope AS s ON s.id = h.scope_id
        CROSS JOIN LATERAL string_to_array(coalesce(current_setting('gisapp.divisions', TRUE), ''), ',') AS granted
        WHERE h.code = household AND (
            s.divisions::text[] && granted
            OR EXISTS (
                SELECT 1 FROM unnest(granted) AS prefix
                WHERE length(prefix) > 6
                AND (starts_with(h.region_code, prefix) OR starts_with(h.destination_code, prefix))
            )
            OR h.site_code = ANY(string_to_array(coalesce(current_setting('gisapp.sites', TRUE), ''), ','))
        )
    )
$$;

DO $$
DECLARE
    personal text;
    allowed constant text := 'current_setting(''gisapp.divisions'', TRUE) = ''*'' '
        'OR layers_personal_visible(household_code)';
BEGIN
    FOREACH personal IN ARRAY ARRAY[
        'layers_householdidentity', 'layers_householdidentityevent', 'layers_person', 'layers_personevent'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', personal);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', personal);
        -- "everywhere" is tested outside the function: a call a row costs 10 to 40 microseconds
        EXECUTE format('CREATE POLICY area ON %1$I USING (%2$s) WITH CHECK (%2$s)', personal, allowed);
    END LOOP;
END
$$;

-- The only writer of a plot's stage: it runs as the owner of the table, which the guard trigger lets pass.
CREATE FUNCTION layers_plot_to_stage(plot bigint, to_stage text, reached date, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    ranks constant text[] := ARRAY['registered', 'vacated', 'demolished', 'reclaimed', 'verified'];
    before_rank integer;
    after_rank integer := array_position(ranks, to_stage);
BEGIN
    IF to_stage = 'verified' THEN
        RAISE EXCEPTION 'a plot is verified by its evidence only' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'plot_verified_by_evidence';
    END IF;
    SELECT array_position(ranks, stage) INTO before_rank FROM layers_plot WHERE id = plot FOR UPDATE;
    UPDATE layers_plot SET
        stage = to_stage,
        exempt_reason = CASE WHEN to_stage = 'exempt' THEN why ELSE '' END,
        vacated_on = CASE
            WHEN to_stage = 'vacated' AND coalesce(before_rank, 0) < 2 THEN reached
            WHEN to_stage = 'exempt' OR after_rank >= 2 THEN vacated_on
        END,
        demolished_on = CASE
            WHEN to_stage = 'demolished' AND coalesce(before_rank, 0) < 3 THEN reached
            WHEN after_rank >= 3 THEN demolished_on
        END,
        reclaimed_on = CASE
            WHEN to_stage = 'reclaimed' AND coalesce(before_rank, 0) < 4 THEN reached
            WHEN after_rank >= 4 THEN reclaimed_on
        END,
        verified_on = NULL,
        verified_area_mu = NULL
    WHERE id = plot;
END
$$;

DO $$
DECLARE
    kept text;
    spatial text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'gisapp_app') THEN
        RAISE EXCEPTION 'the role gisapp_app does not exist: run gisapp/sql/roles.sql on this server first';
    END IF;
    -- History is written by triggers and by nothing else; features are deleted softly.
    FOR kept IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^layers_.*event$' LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM gisapp_app', kept);
    END LOOP;
    FOREACH spatial IN ARRAY ARRAY[
        'layers_region', 'layers_site', 'layers_household', 'layers_project', 'layers_plot', 'layers_facility',
        'layers_issuereport', 'layers_scope'
    ] LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON %I FROM gisapp_app', spatial);
    END LOOP;
END
$$;
