-- What pg_stat_statements counted in this database, all roles. {view} is the view in its schema; {since} is when the
-- entry was made, which versions of the extension before 1.11 (PostgreSQL 17) do not know. Of what other roles run, a
-- role without pg_read_all_stats sees the numbers but neither text nor queryid.
SELECT s.userid::bigint, coalesce(r.rolname, s.userid::text), s.queryid, s.toplevel, s.query, s.calls,
       s.total_exec_time, s.rows, s.shared_blks_hit, s.shared_blks_read, s.shared_blks_dirtied, s.shared_blks_written,
       s.temp_blks_read, s.temp_blks_written, s.wal_bytes::bigint, {since}
FROM {view} s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.userid
WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
ORDER BY s.total_exec_time DESC, s.query, s.userid, s.toplevel
