-- The workers of autovacuum that are running, and for how long each has been.
SELECT count(*) AS workers, current_setting('autovacuum_max_workers')::int AS most,
       min(extract(epoch FROM clock_timestamp() - a.backend_start))::float8 AS youngest,
       string_agg(coalesce(a.datname, '?') || ': ' || a.query, E'\n' ORDER BY a.backend_start) AS queries,
       current_setting('autovacuum_vacuum_cost_limit')::int AS limit_own,
       current_setting('vacuum_cost_limit')::int AS limit_all,
       current_setting('autovacuum_vacuum_cost_delay') AS delay
FROM pg_stat_activity a
WHERE a.backend_type = 'autovacuum worker'
