-- Checkpoints since the counters were cleared: by time, and asked for (mostly because max_wal_size was reached).
SELECT 'server' AS name, b.checkpoints_timed AS timed, b.checkpoints_req AS requested,
       b.checkpoint_write_time::float8 AS write_ms, b.buffers_backend AS backend,
       (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal,
       pg_size_bytes(current_setting('max_wal_size')) AS most,
       extract(epoch FROM current_setting('checkpoint_timeout')::interval)::float8 AS timeout
FROM pg_stat_bgwriter b
