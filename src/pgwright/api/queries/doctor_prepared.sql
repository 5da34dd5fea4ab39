-- Prepared transactions of this database: they hold their locks until somebody ends them.
SELECT gid, owner::text, extract(epoch FROM clock_timestamp() - prepared)::float8 AS age
FROM pg_prepared_xacts
WHERE database = current_database()
ORDER BY prepared;
