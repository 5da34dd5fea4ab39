-- Who receives WAL from this server, and how far behind they are: seconds since a change was written here and not yet
-- replayed there, and bytes. A role without pg_read_all_stats sees that they are there and nothing else.
SELECT r.pid,
       coalesce(r.application_name, '') AS name,
       coalesce(r.state, '') AS state,
       coalesce(r.sync_state, '') AS sync,
       extract(epoch FROM r.replay_lag)::float8 AS lag,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       r.replay_lsn)::bigint AS bytes
FROM pg_catalog.pg_stat_replication r
ORDER BY r.application_name, r.pid
