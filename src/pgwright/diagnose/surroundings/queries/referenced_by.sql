-- The foreign keys that point to relations: who has them, on which columns, and whether an index serves these. That of
-- a partition on either side is the copy of another one; only a copy that points to a partition has triggers there.
SELECT k.confrelid::bigint, k.conname::text, n.nspname::text, c.relname::text,
       (SELECT array_agg(a.attname::text ORDER BY e.n) FROM unnest(k.conkey) WITH ORDINALITY e(num, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = e.num),
       (SELECT array_agg(a.attname::text ORDER BY e.n) FROM unnest(k.confkey) WITH ORDINALITY e(num, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = e.num),
       EXISTS (SELECT FROM pg_catalog.pg_index i
               WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
                     AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey),
       c.reltuples::float8
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint copied ON copied.oid = k.conparentid
WHERE k.contype = 'f' AND k.confrelid = ANY (%(oids)s::oid[])
      AND (copied.oid IS NULL OR copied.confrelid <> k.confrelid)
ORDER BY 3, 4, 2
