-- Replication slots: the WAL that each keeps on this server, and whether it still can be used.
-- On a standby the end of the WAL is what it has received.
SELECT s.slot_name AS name, s.slot_type AS kind, s.database, s.active, s.wal_status AS status,
       s.safe_wal_size AS safe, s.temporary,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       s.restart_lsn)::bigint AS bytes,
       CASE WHEN pg_is_in_recovery() THEN NULL ELSE (pg_current_wal_lsn() - '0/0')::bigint END AS wal,
       extract(epoch FROM clock_timestamp() - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::float8 AS inactive,
       to_jsonb(s) ->> 'invalidation_reason' AS reason,
       (to_jsonb(s) ->> 'conflicting')::boolean AS conflicting,
       (to_jsonb(s) ->> 'synced')::boolean AS synced,
       pg_size_bytes(current_setting('max_wal_size')) AS most
FROM pg_replication_slots s
ORDER BY bytes DESC NULLS LAST, 1
