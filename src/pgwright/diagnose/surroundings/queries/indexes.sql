-- The indexes of relations, their keys as the server deparses them.
SELECT i.indrelid::bigint, n.nspname, c.relname, m.amname::text,
       (SELECT array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, true) ORDER BY k)
        FROM generate_series(1, i.indnkeyatts) k),
       (SELECT array_agg(o.opcname::text ORDER BY k.n)
        FROM unnest(i.indclass::oid[]) WITH ORDINALITY k(oid, n) JOIN pg_catalog.pg_opclass o ON o.oid = k.oid),
       coalesce((SELECT array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, true) ORDER BY k)
                 FROM generate_series(i.indnkeyatts + 1, i.indnatts) k), '{}'),
       coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), ''), i.indisunique, i.indisvalid,
       pg_catalog.pg_get_indexdef(i.indexrelid), pg_catalog.pg_relation_size(i.indexrelid)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am m ON m.oid = c.relam
WHERE i.indrelid = ANY (%(oids)s::oid[])
ORDER BY c.relname
