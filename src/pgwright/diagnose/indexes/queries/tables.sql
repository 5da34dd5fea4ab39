-- Tables of users, with what was written there: not temporary ones, not those of extensions, not our journal.
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, c.reltuples::float8, h.inhparent::bigint,
       coalesce(pg_catalog.pg_stat_get_tuples_inserted(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_tuples_updated(c.oid), 0),
       coalesce(pg_catalog.pg_stat_get_tuples_hot_updated(c.oid), 0),
       coalesce(f.names, '{}'), coalesce(f.columns, '[]'::jsonb), coalesce(f.targets, '{}')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid AND c.relispartition
LEFT JOIN (SELECT k.conrelid, array_agg(k.conname::text ORDER BY k.conname) AS names,
                  jsonb_agg(to_jsonb(k.conkey) ORDER BY k.conname) AS columns,
                  array_agg(tn.nspname || '.' || t.relname ORDER BY k.conname) AS targets
           FROM pg_catalog.pg_constraint k
           JOIN pg_catalog.pg_class t ON t.oid = k.confrelid
           JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
           LEFT JOIN pg_catalog.pg_constraint copied ON copied.oid = k.conparentid
           -- what points to a partitioned table has a copy for each of its partitions
           WHERE k.contype = 'f' AND copied.conrelid IS DISTINCT FROM k.conrelid
           GROUP BY k.conrelid) f ON f.conrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND c.oid <> ALL (%(locked)s::oid[])
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgwright')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                  AND e.objid = c.oid AND e.objsubid = 0 AND e.deptype = 'e')
