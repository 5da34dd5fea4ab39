-- The server and the role of the session. What the role may not call or see is NULL, never an error.
-- `epoch` changes whenever counters are cleared: by pg_stat_reset, by pg_stat_reset_shared, and by a crash.
SELECT current_setting('server_version_num')::int AS version,
       current_database() AS database,
       current_user AS role,
       pg_is_in_recovery() AS standby,
       r.rolsuper AS superuser,
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS reads_all_stats,
       pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS reads_all_settings,
       pg_has_role(current_user, 'pg_stat_scan_tables', 'USAGE') AS scans_tables,
       pg_has_role(current_user, 'pg_read_all_data', 'USAGE') AS reads_all_data,
       has_function_privilege('pg_ls_dir(text)', 'EXECUTE') AS lists_files,
       extract(epoch FROM clock_timestamp())::float8 AS at,
       concat_ws(' ', extract(epoch FROM d.stats_reset), extract(epoch FROM b.stats_reset)) AS epoch,
       concat_ws(' ', CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
                           THEN (SELECT system_identifier FROM pg_control_system()) END,
                 d.datid, pg_is_in_recovery()) AS identity,
       (SELECT jsonb_object_agg(name, setting) FROM pg_settings) AS settings,
       (SELECT coalesce(jsonb_object_agg(e.extname, n.nspname), '{}')
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace) AS extensions
FROM pg_roles r, pg_stat_database d, pg_stat_bgwriter b
WHERE r.rolname = current_user AND d.datname = current_database()
