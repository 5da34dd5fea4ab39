-- Tables of users and what ANALYZE has left of them. Of a partitioned table nothing is counted: its partitions are. What
-- the role may not read has no statistics for it either, so it is asked whether it may.
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, h.inhparent::bigint, c.reltuples::float8,
       c.relpages, coalesce(pg_catalog.pg_stat_get_live_tuples(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_mod_since_analyze(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_tuples_updated(c.oid) + pg_catalog.pg_stat_get_tuples_deleted(c.oid), 0),
       -- Its pages now, where rows have changed: nobody who holds a table ACCESS EXCLUSIVE is waited for.
       CASE WHEN pg_catalog.pg_stat_get_mod_since_analyze(c.oid) > 0
             AND c.oid <> ALL (ARRAY(SELECT l.relation FROM pg_catalog.pg_locks l
                                     WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'))
            THEN pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int END,
       extract(epoch FROM now() - greatest(pg_catalog.pg_stat_get_last_analyze_time(c.oid),
                                           pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)))::float8,
       coalesce(s.columns, 0),
       pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid AND c.relispartition
LEFT JOIN (SELECT v.schemaname, v.tablename, v.inherited, count(*) AS columns FROM pg_catalog.pg_stats v
           GROUP BY 1, 2, 3) s
       ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.inherited = (c.relkind = 'p')
WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgwright')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                  AND e.objid = c.oid AND e.objsubid = 0 AND e.deptype = 'e')
ORDER BY c.oid
