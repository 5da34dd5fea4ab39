-- Blocks that this database found in shared buffers, and those that it read, with the time that it took.
SELECT d.datid::bigint AS oid, d.datname AS database, d.blks_hit AS hit, d.blks_read AS read,
       d.blk_read_time AS read_ms, d.active_time AS active_ms, current_setting('track_io_timing') AS timed,
       pg_size_bytes(current_setting('shared_buffers')) AS buffers
FROM pg_stat_database d
WHERE d.datname = current_database()
