-- The server and this session: one row. Every role may read it.
SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.MSTZH:TZM') AS at,
       current_setting('server_version') AS version,
       current_database()::text AS database,
       current_user::text AS "user",
       pg_is_in_recovery() AS standby,
       extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 AS up,
       current_setting('max_connections')::int AS max_connections,
       pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all
