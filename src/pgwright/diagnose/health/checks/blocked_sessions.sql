-- Who waits for a lock in this database for longer than `time`, and who stands in the way: pid 0 is a prepared
-- transaction, which nobody can be asked for by pid. pg_blocking_pids is called for those only that wait for long.
WITH waiting AS MATERIALIZED (
    SELECT l.pid, max(extract(epoch FROM clock_timestamp() - l.waitstart))::float8 AS seconds
    FROM pg_locks l
    JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE NOT l.granted AND a.datname = current_database()
      AND l.waitstart < clock_timestamp() - make_interval(secs => %(time)s)
    GROUP BY l.pid
), pairs AS MATERIALIZED (
    SELECT DISTINCT w.pid, w.seconds, b.pid AS blocker
    FROM waiting w, unnest(pg_blocking_pids(w.pid)) AS b(pid)
)
SELECT p.pid AS waiter, p.seconds, p.blocker AS pid, a.usename AS "user", a.application_name AS application, a.state,
       a.query, extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS transaction_seconds,
       (SELECT string_agg(x.gid, ', ' ORDER BY x.gid) FROM pg_prepared_xacts x
        WHERE p.blocker = 0 AND x.database = current_database()) AS gids,
       (SELECT min(n.nspname || '.' || c.relname) FROM pg_locks l
        JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE l.pid = p.pid AND NOT l.granted AND l.locktype IN ('relation', 'tuple')
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS "table"
FROM pairs p
LEFT JOIN pg_stat_activity a ON a.pid = p.blocker
ORDER BY p.seconds DESC, p.pid, p.blocker
