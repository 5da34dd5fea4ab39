-- A standby: how far its replay is behind, whether it is paused, what the process that replays waits for, and how many
-- queries of this database were cancelled by conflicts with it so far. One row. The delay is since the last replayed
-- commit, which says nothing where the primary is quiet. A role without pg_read_all_stats sees that something receives.
SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS delay,
       pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint AS bytes,
       pg_is_wal_replay_paused() AS paused,
       coalesce((SELECT coalesce(w.status, 'hidden') FROM pg_catalog.pg_stat_wal_receiver w), '') AS receiver,
       coalesce((SELECT a.wait_event FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'startup'), '') AS waits,
       coalesce((SELECT c.confl_tablespace + c.confl_lock + c.confl_snapshot + c.confl_bufferpin + c.confl_deadlock
                 FROM pg_catalog.pg_stat_database_conflicts c
                 WHERE c.datname = pg_catalog.current_database()), 0) AS cancelled
