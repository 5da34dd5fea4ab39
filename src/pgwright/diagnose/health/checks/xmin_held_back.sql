-- Who keeps VACUUM from removing dead rows in this database: sessions, prepared transactions, slots, standbys.
-- `age` is in transactions, `seconds` since it began where that is known, for a role that may see it.
SELECT 'session' AS kind, a.pid::text AS name, a.usename AS "user", coalesce(a.application_name, '') AS application,
       coalesce(a.state, '') AS state, greatest(age(a.backend_xmin), age(a.backend_xid))::bigint AS age,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds
FROM pg_stat_activity a
WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
  AND a.datname = current_database() AND a.pid <> pg_backend_pid()
  AND a.backend_type IN ('client backend', 'logical replication worker')
UNION ALL
SELECT 'prepared', p.gid, p.owner, '', '', age(p.transaction), extract(epoch FROM clock_timestamp() - p.prepared)::float8
FROM pg_prepared_xacts p
WHERE p.database = current_database()
UNION ALL
SELECT CASE WHEN s.catalog_xmin IS NULL THEN 'slot' ELSE 'logical slot' END, s.slot_name, NULL, '',
       CASE WHEN s.active THEN 'active' ELSE '' END, greatest(age(s.xmin), age(s.catalog_xmin)),
       extract(epoch FROM clock_timestamp() - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::float8
FROM pg_replication_slots s
WHERE s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL
UNION ALL
SELECT 'standby', coalesce(nullif(r.application_name, ''), host(r.client_addr), r.pid::text), r.usename, '', r.state,
       age(r.backend_xmin), NULL
FROM pg_stat_replication r
WHERE r.backend_xmin IS NOT NULL
ORDER BY 6 DESC, 1, 2
