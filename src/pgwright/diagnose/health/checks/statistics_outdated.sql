-- Tables of which a large part changed since they were analyzed, and partitioned ones whose own statistics count other
-- rows than their partitions have. `changed` is known on the primary only.
SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.reltuples::float8 AS rows,
       pg_stat_get_mod_since_analyze(c.oid) AS changed, NULL::float8 AS now,
       extract(epoch FROM clock_timestamp() - greatest(pg_stat_get_last_analyze_time(c.oid),
                                                       pg_stat_get_last_autoanalyze_time(c.oid)))::float8 AS seconds,
       coalesce((SELECT o.option_value::float8 FROM pg_options_to_table(c.reloptions) o
                 WHERE o.option_name = 'autovacuum_analyze_scale_factor'),
                current_setting('autovacuum_analyze_scale_factor')::float8) AS factor,
       current_setting('autovacuum')::bool AND current_setting('track_counts')::bool
       AND coalesce((SELECT o.option_value::bool FROM pg_options_to_table(c.reloptions) o
                     WHERE o.option_name = 'autovacuum_enabled'), true) AS autovacuum,
       extract(epoch FROM current_setting('autovacuum_naptime')::interval)::float8 AS naptime
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.reltuples >= 0
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND pg_stat_get_mod_since_analyze(c.oid) >= greatest(%(rows)s, 0.01 * %(share)s * c.reltuples)
  AND (pg_stat_get_last_analyze_time(c.oid) IS NOT NULL OR pg_stat_get_last_autoanalyze_time(c.oid) IS NOT NULL)
UNION ALL
SELECT n.nspname, c.relname, c.relkind, c.reltuples, NULL, parts.rows,
       extract(epoch FROM clock_timestamp() - pg_stat_get_last_analyze_time(c.oid))::float8, NULL,
       NULL, NULL
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT sum(greatest(l.reltuples, 0))::float8 AS rows
                    FROM pg_class l WHERE l.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf)) parts
WHERE c.relkind = 'p' AND c.reltuples >= 0
  AND abs(parts.rows - c.reltuples) >= greatest(%(rows)s, 0.01 * %(share)s * c.reltuples)
ORDER BY 5 DESC NULLS LAST, 1, 2
