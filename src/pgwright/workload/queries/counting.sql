-- How pg_stat_statements counts: the time of the server, since when, how often rare entries were thrown away, for how
-- many there is room, and which statements are tracked.
SELECT pg_catalog.clock_timestamp(), i.stats_reset, i.dealloc,
       pg_catalog.current_setting('pg_stat_statements.max', true)::bigint,
       coalesce(pg_catalog.current_setting('pg_stat_statements.track', true), ''),
       pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
FROM {info} i
