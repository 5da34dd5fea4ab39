-- The WAL that was written and the checkpoints that were begun, from 17.
SELECT extract(epoch FROM now() - greatest(w.stats_reset, c.stats_reset))::float8, w.wal_bytes::float8,
       w.wal_fpi::float8, c.num_timed, c.num_requested
FROM pg_catalog.pg_stat_wal w, pg_catalog.pg_stat_checkpointer c
