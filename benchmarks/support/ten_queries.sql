-- Ten questions that people keep in a file and ask a database with psql: counters since the last reset, and no judgement.
-- How much of the tables may be empty, by the widths of ANALYZE.
SELECT c.oid::regclass, pg_relation_size(c.oid) AS bytes,
       pg_relation_size(c.oid) - c.reltuples * (28 + coalesce(sum((1 - s.null_frac) * s.avg_width), 0)) AS waste
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
GROUP BY c.oid, c.reltuples ORDER BY waste DESC LIMIT 20;
-- How much of the indexes may be empty.
SELECT i.indexrelid::regclass, pg_relation_size(i.indexrelid) AS bytes,
       pg_relation_size(i.indexrelid) - c.reltuples * (20 + coalesce(sum(s.avg_width), 0)) AS waste
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = t.relname AND s.attname = a.attname
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
GROUP BY i.indexrelid, c.reltuples ORDER BY waste DESC LIMIT 20;
-- Indexes without a scan.
SELECT s.indexrelid::regclass, pg_relation_size(s.indexrelid) FROM pg_stat_user_indexes s
JOIN pg_index i USING (indexrelid) WHERE s.idx_scan = 0 AND NOT i.indisunique ORDER BY 2 DESC LIMIT 20;
-- Indexes on the same columns.
SELECT array_agg(indexrelid::regclass) FROM pg_index GROUP BY indrelid, indkey::text, indpred, indexprs::text
HAVING count(*) > 1 LIMIT 20;
-- Foreign keys without an index.
SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
WHERE c.contype = 'f' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
LIMIT 20;
-- Sequences.
SELECT schemaname, sequencename, last_value, max_value FROM pg_sequences
ORDER BY last_value::float8 / max_value DESC NULLS LAST LIMIT 20;
-- Ages.
SELECT datname, age(datfrozenxid) FROM pg_database ORDER BY 2 DESC;
SELECT oid::regclass, age(relfrozenxid) FROM pg_class WHERE relkind IN ('r', 't', 'm') ORDER BY 2 DESC LIMIT 20;
-- Dead rows.
SELECT relid::regclass, n_live_tup, n_dead_tup, last_autovacuum FROM pg_stat_user_tables ORDER BY n_dead_tup DESC LIMIT 20;
-- The cache.
SELECT sum(heap_blks_hit) / nullif(sum(heap_blks_hit + heap_blks_read), 0) FROM pg_statio_user_tables;
-- Who is at work, and who waits.
SELECT pid, state, now() - xact_start, pg_blocking_pids(pid) FROM pg_stat_activity ORDER BY 3 DESC NULLS LAST LIMIT 20;
