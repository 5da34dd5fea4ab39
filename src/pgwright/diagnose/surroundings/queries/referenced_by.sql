-- The foreign keys that point to relations: who has them, and on which columns.
SELECT k.confrelid::bigint, n.nspname::text, c.relname::text,
       (SELECT array_agg(a.attname::text ORDER BY e.n) FROM unnest(k.conkey) WITH ORDINALITY e(num, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = e.num)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.confrelid = ANY (%(oids)s::oid[]) AND k.conparentid = 0
ORDER BY 2, 3
