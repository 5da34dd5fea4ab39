-- Who holds, or waits in front with, a lock that conflicts with one wanted on some relations: one row for each
-- session or prepared transaction and relation. A parallel worker is its leader. Rows of pg_stat_activity
-- that the role may not read have NULL in state, query and times. A prepared transaction is found by
-- the lock that it holds on its own transaction id.
SELECT l.relation::bigint AS relation,
       n.nspname AS schema,
       c.relname AS name,
       array_agg(DISTINCT l.mode) AS modes,
       bool_or(l.granted) AS granted,
       a.pid,
       p.gid,
       coalesce(p.owner, a.usename) AS "user",
       coalesce(a.application_name, '') AS application,
       coalesce(a.backend_type, '') AS backend_type,
       CASE WHEN p.gid IS NOT NULL THEN 'prepared' ELSE coalesce(a.state, '') END AS state,
       coalesce(a.query, '') AS query,
       extract(epoch FROM clock_timestamp() - coalesce(p.prepared, a.xact_start))::float8 AS age,
       extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS state_age
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_activity w ON w.pid = l.pid
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = coalesce(w.leader_pid, l.pid)
LEFT JOIN pg_catalog.pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
    AND x.virtualtransaction = l.virtualtransaction
LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = x.transactionid
WHERE l.locktype = 'relation'
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND l.relation = ANY (%(oids)s::oid[])
  AND l.mode = ANY (%(modes)s::text[])
  AND coalesce(w.leader_pid, l.pid, 0) <> pg_catalog.pg_backend_pid()
GROUP BY l.relation, n.nspname, c.relname, a.pid, p.gid, p.owner, a.usename, a.application_name, a.backend_type,
         a.state, a.query, p.prepared, a.xact_start, a.state_change
ORDER BY bool_or(l.granted) DESC, coalesce(p.prepared, a.xact_start) NULLS LAST, a.pid, p.gid, l.relation
