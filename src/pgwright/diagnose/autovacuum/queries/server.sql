-- The server: settings of autovacuum, how many databases share its workers, and since when is counted. Counters begin
-- anew when they are reset, and when a crash throws them away: then what is counted for the whole cluster begins anew as
-- well, so the oldest of those beginnings is a bound (14 and 18, tried).
SELECT current_setting('server_version_num')::int, pg_catalog.pg_is_in_recovery(),
       extract(epoch FROM now() - greatest(d.stats_reset, least(b.stats_reset, a.stats_reset, w.stats_reset)))::float8,
       current_setting('block_size')::int,
       (SELECT count(*) FROM pg_catalog.pg_database o WHERE o.datallowconn)::int,
       (SELECT count(*) FROM pg_catalog.pg_stat_activity s WHERE s.backend_type = 'autovacuum worker')::int,
       (SELECT jsonb_object_agg(s.name, s.setting) FROM pg_catalog.pg_settings s
        WHERE s.name LIKE 'autovacuum%' OR s.name LIKE 'vacuum_cost%' OR s.name = 'track_counts')
FROM pg_catalog.pg_stat_database d, pg_catalog.pg_stat_bgwriter b, pg_catalog.pg_stat_archiver a,
     pg_catalog.pg_stat_wal w
WHERE d.datname = current_database()
