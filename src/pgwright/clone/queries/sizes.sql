-- Every relation that the planner asks for its size: what pg_class counted, and the length of its file now in blocks. A
-- partitioned table has no file, but a count of rows since 14; of a foreign table the wrapper may take the counts.
SELECT n.nspname, c.relname, m.amname, c.relpages, c.reltuples, c.relallvisible,
       CASE WHEN c.relkind IN ('r', 'm', 'i') THEN pg_catalog.pg_relation_size(c.oid) / 8192 END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
WHERE c.relkind IN ('r', 'm', 'i', 'p', 'I', 'f') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
