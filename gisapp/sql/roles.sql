-- The three roles of the product. Run once on a server by a superuser: psql -d postgres -f roles.sql
-- It can be repeated. On a real server give each a password afterwards: \password gisapp_owner
--
-- gisapp_owner   owns every table and runs migrations; no request ever connects as it
-- gisapp_app     web, worker and tests: owns nothing and is bound by row-level security
-- gisapp_backup  reads everything, writes nothing (pg_dump under row-level security needs BYPASSRLS)

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['gisapp_owner', 'gisapp_app', 'gisapp_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;
END
$$;

ALTER ROLE gisapp_owner LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS CREATEDB;
ALTER ROLE gisapp_app LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOCREATEDB;
ALTER ROLE gisapp_backup LOGIN NOSUPERUSER NOCREATEROLE BYPASSRLS NOCREATEDB;

-- the owner makes and drops test databases, also while a killed test is still connected
GRANT pg_signal_backend TO gisapp_owner;

-- whatever the backup runs, it changes nothing
ALTER ROLE gisapp_backup SET default_transaction_read_only = on;
