-- gisapp/sql/server_state.sql: what the database server says of itself
-- in:  nothing
-- out: server text, postgis text, bytes bigint, connections bigint, most_connections integer, since timestamptz
-- index: none
SELECT
    current_setting('server_version') AS server,
    postgis_lib_version() AS postgis,
    pg_database_size(current_database()) AS bytes,
    (SELECT sum(d.numbackends) FROM pg_stat_database AS d) AS connections,
    current_setting('max_connections')::integer AS most_connections,
    pg_postmaster_start_time() AS since
