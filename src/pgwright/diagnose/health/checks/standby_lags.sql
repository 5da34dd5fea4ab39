-- Standbys and subscribers of this server and how far behind they are; on a standby, its own way to its primary.
-- Times are NULL while nothing is written, and for a role that may not see them.
SELECT 'standby' AS kind, coalesce(nullif(r.application_name, ''), host(r.client_addr), r.pid::text) AS name,
       host(r.client_addr) AS address, r.state, r.sync_state AS sync,
       CASE WHEN pg_is_in_recovery() THEN NULL
            ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)::bigint END AS bytes,
       extract(epoch FROM r.replay_lag)::float8 AS seconds,
       true AS connected
FROM pg_stat_replication r
WHERE NOT EXISTS (SELECT FROM pg_stat_progress_basebackup b WHERE b.pid = r.pid)
UNION ALL
SELECT 'self', 'this standby', NULL, (SELECT w.status FROM pg_stat_wal_receiver w), NULL,
       pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint,
       CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END,
       EXISTS (SELECT FROM pg_stat_wal_receiver w WHERE w.pid IS NOT NULL)
WHERE pg_is_in_recovery()
ORDER BY 1, 2, 6 DESC
