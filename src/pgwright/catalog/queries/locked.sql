-- Relations that another session holds, or waits for, in ACCESS EXCLUSIVE mode. Deparsing an expression that names
-- a column takes ACCESS SHARE on its table (14 to 18, tried), and so would queue behind that session.
SELECT l.relation, coalesce(n.nspname || '.' || c.relname, l.relation::text), l.pid,
       coalesce(a.usename, '')::text, coalesce(a.application_name, ''), coalesce(a.state, ''),
       extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, x.prepared))::float8, x.gid
FROM pg_locks l
LEFT JOIN pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
                      AND own.virtualtransaction = l.virtualtransaction
LEFT JOIN pg_prepared_xacts x ON x.transaction = own.transactionid
LEFT JOIN pg_class c ON c.oid = l.relation
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.locktype = 'relation'
  AND l.mode = 'AccessExclusiveLock'
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  AND l.relation >= 16384
  AND l.pid IS DISTINCT FROM pg_backend_pid()
ORDER BY l.relation, l.pid
