-- Checkpoints since the counters were cleared, from 17 on in a view of their own: by time, and asked for (mostly because
-- max_wal_size was reached).
SELECT 'server' AS name, c.num_timed AS timed, c.num_requested AS requested,
       c.write_time::float8 AS write_ms, NULL::bigint AS backend,
       (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal,
       pg_size_bytes(current_setting('max_wal_size')) AS most,
       extract(epoch FROM current_setting('checkpoint_timeout')::interval)::float8 AS timeout
FROM pg_stat_checkpointer c
