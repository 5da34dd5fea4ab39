-- How often each index was read on this server.
SELECT i.indexrelid::bigint, coalesce(pg_catalog.pg_stat_get_numscans(i.indexrelid), 0)
FROM pg_catalog.pg_index i WHERE i.indexrelid >= 16384
