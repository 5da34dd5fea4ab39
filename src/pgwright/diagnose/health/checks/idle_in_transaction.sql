-- Sessions of this database that hold a transaction open and wait for their client.
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.query, a.state,
       extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS seconds,
       (SELECT count(*) FROM pg_locks l
        WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock') AS locks
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
  AND a.state IN ('idle in transaction', 'idle in transaction (aborted)')
  AND a.state_change < clock_timestamp() - make_interval(secs => %(time)s)
ORDER BY seconds DESC
