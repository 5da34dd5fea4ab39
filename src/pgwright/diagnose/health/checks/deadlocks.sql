-- Deadlocks of this database since its statistics were cleared.
SELECT d.datid AS oid, d.datname AS database, d.deadlocks
FROM pg_stat_database d
WHERE d.datname = current_database()
