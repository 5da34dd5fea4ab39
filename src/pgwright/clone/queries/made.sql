-- The indexes that a CREATE INDEX has just made: on a partitioned table one for each partition besides.
SELECT x.indexrelid::bigint, t.relkind::text, m.amname::text, tn.nspname::text, t.relname::text, t.reltuples::float8,
       coalesce(pg_catalog.pg_relation_filepath(x.indexrelid), ''), t.relpages,
       coalesce(pg_catalog.pg_get_expr(x.indpred, x.indrelid), ''), n.nspname::text, c.relname::text,
       pg_catalog.pg_get_indexdef(x.indexrelid)
FROM (SELECT %(index)s::oid AS relid, 0 AS level
      UNION SELECT t.relid::oid, t.level FROM pg_catalog.pg_partition_tree(%(index)s::regclass) t) p
JOIN pg_catalog.pg_index x ON x.indexrelid = p.relid
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am m ON m.oid = c.relam
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
ORDER BY p.level, p.relid
