-- Replication slots, and how much WAL each keeps. Every role may read them.
SELECT s.slot_name::text AS name,
       s.slot_type AS kind,
       s.active,
       coalesce(s.wal_status, '') AS status,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       s.restart_lsn)::bigint AS bytes
FROM pg_catalog.pg_replication_slots s
ORDER BY s.slot_name
