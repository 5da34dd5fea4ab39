-- The session: version, whether this is a standby, how many servers stream from here, and which cluster it is.
SELECT current_setting('server_version_num')::int, pg_catalog.pg_is_in_recovery(),
       (SELECT count(*) FROM pg_catalog.pg_stat_replication)::int,
       CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
           THEN (SELECT system_identifier FROM pg_catalog.pg_control_system()) END
