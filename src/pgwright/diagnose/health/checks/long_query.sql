-- Statements of clients of this database that have been running for long; parallel workers belong to their leader.
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.query,
       a.wait_event_type AS waits, extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS seconds
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
  AND a.state IN ('active', 'fastpath function call') AND a.leader_pid IS NULL
  AND a.query_start < clock_timestamp() - make_interval(secs => %(time)s)
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.pid = a.pid)
  AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum p WHERE p.pid = a.pid)
  AND a.wait_event_type IS DISTINCT FROM 'Lock'
ORDER BY seconds DESC
