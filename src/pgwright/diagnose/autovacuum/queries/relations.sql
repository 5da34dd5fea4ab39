-- All that autovacuum looks at, of every table of users with its TOAST table; no size is asked of the file system.
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, c.reltuples::float8, c.relpages,
       (to_jsonb(c) ->> 'relallfrozen')::int, c.reloptions, t.oid::bigint,
       coalesce(pg_catalog.pg_stat_get_live_tuples(c.oid), 0), coalesce(pg_catalog.pg_stat_get_dead_tuples(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_ins_since_vacuum(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_mod_since_analyze(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_tuples_inserted(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_tuples_updated(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_tuples_deleted(c.oid), 0),
       pg_catalog.age(c.relfrozenxid), pg_catalog.mxid_age(c.relminmxid),
       extract(epoch FROM now() - greatest(pg_catalog.pg_stat_get_last_vacuum_time(c.oid),
                                           pg_catalog.pg_stat_get_last_autovacuum_time(c.oid)))::float8,
       extract(epoch FROM now() - greatest(pg_catalog.pg_stat_get_last_analyze_time(c.oid),
                                           pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)))::float8,
       coalesce(pg_catalog.pg_stat_get_autovacuum_count(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_autoanalyze_count(c.oid), 0), coalesce(x.pages, 0)
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_class t ON t.reltoastrelid = c.oid AND c.relkind = 't'
JOIN pg_catalog.pg_namespace n ON n.oid = coalesce(t.relnamespace, c.relnamespace)
LEFT JOIN (SELECT i.indrelid, sum(r.relpages) AS pages FROM pg_catalog.pg_index i
           JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid GROUP BY i.indrelid) x ON x.indrelid = c.oid
WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY c.oid
