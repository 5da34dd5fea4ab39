-- The WAL that was written and the checkpoints that were begun, up to 16.
SELECT extract(epoch FROM now() - greatest(w.stats_reset, b.stats_reset))::float8, w.wal_bytes::float8,
       w.wal_fpi::float8, b.checkpoints_timed, b.checkpoints_req
FROM pg_catalog.pg_stat_wal w, pg_catalog.pg_stat_bgwriter b
