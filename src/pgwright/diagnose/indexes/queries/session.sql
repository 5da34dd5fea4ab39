-- The session. Counters begin anew when they are reset, and when a crash throws them away: then all that is counted for
-- the whole cluster begins anew as well, so the oldest of those beginnings is a bound (14 and 18, tried).
SELECT current_setting('server_version_num')::int, pg_catalog.pg_is_in_recovery(),
       extract(epoch FROM now() - greatest(d.stats_reset, least(b.stats_reset, a.stats_reset, w.stats_reset)))::float8,
       (SELECT count(*) FROM pg_catalog.pg_stat_replication)::int,
       CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
           THEN (SELECT system_identifier FROM pg_catalog.pg_control_system()) END
FROM pg_catalog.pg_stat_database d, pg_catalog.pg_stat_bgwriter b, pg_catalog.pg_stat_archiver a,
     pg_catalog.pg_stat_wal w
WHERE d.datname = current_database()
