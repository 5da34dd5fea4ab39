-- The server: settings of autovacuum, how many databases share its workers, and how many of these are at work.
SELECT current_setting('server_version_num')::int, pg_catalog.pg_is_in_recovery(), current_setting('block_size')::int,
       (SELECT count(*) FROM pg_catalog.pg_database o WHERE o.datallowconn)::int,
       (SELECT count(*) FROM pg_catalog.pg_stat_activity s WHERE s.backend_type = 'autovacuum worker')::int,
       (SELECT jsonb_object_agg(s.name, s.setting) FROM pg_catalog.pg_settings s
        WHERE s.name LIKE 'autovacuum%' OR s.name LIKE 'vacuum_cost%' OR s.name = 'track_counts')
