-- Tables without a primary key; of an extension, of the catalog, and partitions are left out.
-- `index` is a unique index that could become the primary key as it is: on columns that are NOT NULL, of all rows, at once.
SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
       greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::float8 AS rows,
       c.relpages * 8192::bigint AS bytes,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped) AS has_id,
       (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
          AND i.indexprs IS NULL
          AND NOT EXISTS (SELECT FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) AS k(number)
                          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number WHERE NOT a.attnotnull)
        ORDER BY i.indnkeyatts, x.relname LIMIT 1) AS "index",
       EXISTS (SELECT FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype = 'u') AS "constraint"
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgwright')
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
  AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY rows DESC, 1, 2
