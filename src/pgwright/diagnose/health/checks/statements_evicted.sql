-- How often pg_stat_statements had to make room, and how full it is.
SELECT 'server' AS name, i.dealloc, extract(epoch FROM i.stats_reset)::text AS reset,
       current_setting('pg_stat_statements.max', true)::int AS most,
       (SELECT count(*) FROM @pg_stat_statements@.pg_stat_statements(false)) AS entries
FROM @pg_stat_statements@.pg_stat_statements_info i
