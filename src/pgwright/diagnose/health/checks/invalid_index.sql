-- Indexes that are not valid, or not ready, and that nobody is building at this moment.
-- What another database builds cannot be meant: pg_stat_progress_create_index has the database.
SELECT n.nspname AS schema, c.relname AS name, tn.nspname AS table_schema, t.relname AS "table",
       i.indisunique AS "unique", i.indisready AS ready, i.indislive AS live, c.relkind AS kind,
       pg_relation_size(c.oid) AS bytes,
       con.conname AS "constraint",
       coalesce(pg_stat_get_tuples_inserted(t.oid) + pg_stat_get_tuples_updated(t.oid), 0) AS writes,
       pg_get_indexdef(c.oid) AS definition
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_constraint con ON con.conindid = c.oid AND con.contype IN ('p', 'u', 'x')
WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p
                  WHERE p.datname = current_database() AND (p.index_relid = c.oid OR p.relid = t.oid))
  AND NOT EXISTS (SELECT FROM pg_locks l
                  WHERE l.locktype = 'relation' AND l.relation = t.oid AND l.granted
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock')
                    AND EXISTS (SELECT FROM pg_locks x WHERE x.pid = l.pid AND x.relation = c.oid AND x.granted))
ORDER BY bytes DESC, 1, 2
