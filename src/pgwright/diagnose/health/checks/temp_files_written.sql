-- Temporary files of this database since its statistics were cleared.
SELECT d.datid AS oid, d.datname AS database, d.temp_files AS files, d.temp_bytes::bigint AS bytes,
       current_setting('work_mem') AS work_mem, pg_size_bytes(current_setting('work_mem')) AS work_mem_bytes
FROM pg_stat_database d
WHERE d.datname = current_database()
