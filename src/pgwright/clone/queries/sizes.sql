-- Every relation with a file that the planner asks for: what pg_class counted, and its size now in blocks. A partitioned
-- table has no file, but a count of rows since 14.
SELECT n.nspname::text, c.relname::text, c.relkind::text, m.amname::text, c.relpages, c.reltuples::float8,
       c.relallvisible,
       CASE WHEN c.relkind IN ('r', 'm', 'i') THEN
           (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint)::bigint END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
WHERE c.relkind IN ('r', 'm', 'i', 'p', 'I')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\_temp\_%%'
  AND n.nspname NOT LIKE 'pg\_toast\_temp\_%%'
  AND c.relpersistence <> 't'
ORDER BY 1, 2
