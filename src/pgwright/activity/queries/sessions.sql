-- All processes of the server but this one. Of sessions of other roles, a role without pg_read_all_stats sees who they
-- are and nothing of what they do (14 to 18): then `hidden` is true.
SELECT a.pid,
       a.leader_pid AS leader,
       coalesce(a.backend_type, '') AS kind,
       coalesce(a.datname::text, '') AS database,
       coalesce(a.usename::text, '') AS "user",
       coalesce(a.application_name, '') AS application,
       coalesce(host(a.client_addr), '') AS client,
       coalesce(a.state, '') AS state,
       coalesce(a.wait_event_type, '') AS wait_type,
       coalesce(a.wait_event, '') AS wait_event,
       left(coalesce(a.query, ''), 2000) AS statement,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS transaction_age,
       extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS statement_age,
       extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS state_age,
       a.backend_xid IS NOT NULL AS writes,
       age(a.backend_xmin) AS xmin_age,
       a.query IS NOT DISTINCT FROM '<insufficient privilege>' AS hidden
FROM pg_catalog.pg_stat_activity a
WHERE a.pid <> pg_catalog.pg_backend_pid()
ORDER BY a.xact_start NULLS LAST, a.pid
