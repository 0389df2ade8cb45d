-- layers/sql/personal_changes_up.sql: every change of personal rows is written into the access records, without values
-- in:  nothing
-- out: nothing; run once, by the migration `personal_changes`, as the owner of the tables
-- index: primary key (code) on layers_household; primary keys of the personal tables
-- note: auditors may not read personal rows or their images. One record a statement, whoever wrote it: a page, a load
--       of the whole province, raw SQL. No trigger of pgtrigger, so that a session cannot turn it off. What an exchange
--       of keys writes is no change.

CREATE FUNCTION layers_personal_changed(subject text, households text[], rows bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    concerned text[];
    above text[];
BEGIN
    SELECT array_agg(DISTINCT county ORDER BY county) INTO concerned
    FROM (SELECT DISTINCT h.scope_id FROM layers_household AS h WHERE h.code = ANY(households)) AS h
    JOIN layers_scope AS s ON s.id = h.scope_id
    CROSS JOIN unnest(s.counties) AS county;
    SELECT array_agg(DISTINCT left(county, digits) ORDER BY left(county, digits)) INTO above
    FROM unnest(concerned) AS county
    CROSS JOIN unnest(ARRAY[2, 4, 6]) AS digits
    WHERE length(county) >= digits;
    INSERT INTO accounts_accessrecord
    (user_id, kind, subject, codes, rows, purpose, through, request_id, divisions, within)
    VALUES (
        nullif(current_setting('gisapp.user_id', TRUE), '')::bigint,
        'change',
        subject,
        -- as accounts.audit.MOST_CODES: more say no more than their number does
        households[1:1000],
        rows,
        left(coalesce(current_setting('gisapp.reason', TRUE), ''), 300),
        coalesce(nullif(current_setting('gisapp.through', TRUE), ''), 'sql'),
        coalesce(current_setting('gisapp.request_id', TRUE), ''),
        coalesce(concerned, '{}'),
        coalesce(above, '{}')
    );
END
$$;

COMMENT ON FUNCTION layers_personal_changed(text, text[], bigint) IS
'Writes down that personal rows of households were changed, by whom, through what and why; never what they say.';

CREATE FUNCTION layers_personal_inserted() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    households text[];
    rows bigint;
BEGIN
    SELECT array_agg(DISTINCT household_code ORDER BY household_code), count(*) INTO households, rows FROM new_rows;
    IF rows > 0 THEN
        PERFORM layers_personal_changed(TG_ARGV[0], households, rows);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION layers_personal_updated() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    households text[];
    rows bigint;
BEGIN
    SELECT array_agg(DISTINCT code ORDER BY code), count(DISTINCT n.id) INTO households, rows
    FROM new_rows AS n
    JOIN old_rows AS o ON o.id = n.id
    CROSS JOIN unnest(ARRAY[n.household_code, o.household_code]) AS code
    WHERE n.sealed IS DISTINCT FROM o.sealed OR n.household_code <> o.household_code;
    IF rows > 0 THEN
        PERFORM layers_personal_changed(TG_ARGV[0], households, rows);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION layers_personal_deleted() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    households text[];
    rows bigint;
BEGIN
    SELECT array_agg(DISTINCT household_code ORDER BY household_code), count(*) INTO households, rows FROM old_rows;
    IF rows > 0 THEN
        PERFORM layers_personal_changed(TG_ARGV[0], households, rows);
    END IF;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    personal text;
    subject text;
BEGIN
    FOR personal, subject IN VALUES
        ('layers_householdidentity', 'layers.HouseholdIdentity'), ('layers_person', 'layers.Person')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER changes_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION layers_personal_inserted(%L)', personal, subject
        );
        EXECUTE format(
            'CREATE TRIGGER changes_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION layers_personal_updated(%L)', personal, subject
        );
        EXECUTE format(
            'CREATE TRIGGER changes_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION layers_personal_deleted(%L)', personal, subject
        );
        EXECUTE format('REVOKE TRUNCATE ON %I FROM gisapp_app', personal);
    END LOOP;
END
$$;
