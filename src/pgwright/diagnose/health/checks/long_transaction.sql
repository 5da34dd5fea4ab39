-- Transactions of clients of this database that have been open for long, but are neither idle nor in a long statement.
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state, a.query,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds,
       extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS statement_seconds
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
  AND a.state IN ('active', 'fastpath function call')
  AND a.xact_start < clock_timestamp() - make_interval(secs => %(time)s)
  AND a.query_start > a.xact_start + interval '1 second'
ORDER BY seconds DESC
