-- The database `gisapp` and the template it is made from. Run after roles.sql by a superuser:
-- psql -d postgres -f database.sql    It can be repeated. It is a psql script (\gexec, \connect).
--
-- Extensions need a superuser, databases made from the template do not: the owner makes test databases from it.

-- C collation: indexes survive an upgrade of the system's locales and serve LIKE 'prefix%'; pages that sort
-- by pinyin say COLLATE "zh-x-icu".
SELECT
    'CREATE DATABASE gisapp_template TEMPLATE template0 ENCODING ''UTF8'' '
    || 'LC_COLLATE ''C'' LC_CTYPE ''C.UTF-8'' IS_TEMPLATE true'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gisapp_template')
\gexec

\connect gisapp_template

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pgrouting;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- Whatever a migration makes, the application may use and the backup may read. A table that the application
-- must not change (history) takes rights away again in its own migration.
ALTER DEFAULT PRIVILEGES FOR ROLE gisapp_owner
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gisapp_app;
ALTER DEFAULT PRIVILEGES FOR ROLE gisapp_owner
GRANT USAGE, SELECT ON SEQUENCES TO gisapp_app;
ALTER DEFAULT PRIVILEGES FOR ROLE gisapp_owner
REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE gisapp_owner
GRANT EXECUTE ON FUNCTIONS TO gisapp_app;
ALTER DEFAULT PRIVILEGES FOR ROLE gisapp_owner
GRANT SELECT ON TABLES TO gisapp_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE gisapp_owner
GRANT SELECT ON SEQUENCES TO gisapp_backup;

-- A database can't be copied while somebody is in it.
\connect postgres

SELECT 'CREATE DATABASE gisapp OWNER gisapp_owner TEMPLATE gisapp_template'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gisapp')
\gexec

REVOKE ALL ON DATABASE gisapp FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE gisapp TO gisapp_app;
GRANT CONNECT ON DATABASE gisapp TO gisapp_backup;
