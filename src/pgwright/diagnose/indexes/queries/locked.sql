-- Relations that another session holds, or waits for, in ACCESS EXCLUSIVE mode: deparsing an expression, and asking for a
-- size, would queue behind it (14 to 18). Without a partition nothing can be said about what it is a part of.
SELECT l.relation::bigint, coalesce(n.nspname || '.' || c.relname, l.relation::text), coalesce(l.pid, 0),
       ARRAY(SELECT p.relid::oid::bigint FROM pg_catalog.pg_partition_ancestors(l.relation) p)
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation >= 16384
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
  AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
ORDER BY l.relation, l.pid
