-- Foreign keys whose referencing columns no index serves, with the sizes and the writes on both sides.
-- An index serves when the columns are its first ones, in any order, without a gap; when it is valid and of all rows (or
-- of all rows without NULL, which is what a foreign key looks for); and when its operator classes know the operators by
-- which PostgreSQL compares. Equality under another collation is not found through it.
WITH keys AS MATERIALIZED (
    SELECT c.oid, c.conname, c.conrelid, c.confrelid, c.conkey, c.confkey, c.conpfeqop, c.confdeltype, c.confupdtype
    FROM pg_constraint c
    WHERE c.contype = 'f' AND c.conparentid = 0
      AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
      AND NOT coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false)
), bare AS MATERIALIZED (
    SELECT k.*,
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
                   AND i.indkey[0] = ANY (k.conkey)) AS begins
    FROM keys k
    WHERE NOT EXISTS (
        SELECT FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indisready
          AND i.indnkeyatts >= cardinality(k.conkey)
          AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
          AND (i.indpred IS NULL OR EXISTS (
                SELECT FROM pg_attribute a
                WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
                  AND pg_get_expr(i.indpred, i.indrelid) = '(' || quote_ident(a.attname) || ' IS NOT NULL)'))
          AND NOT EXISTS (
                SELECT FROM unnest(k.conkey, k.conpfeqop) AS e(number, operator)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = e.number
                CROSS JOIN LATERAL (SELECT array_position(i.indkey::int2[], e.number) AS place) p
                WHERE NOT EXISTS (SELECT FROM pg_opclass o JOIN pg_amop m ON m.amopfamily = o.opcfamily
                                  WHERE o.oid = i.indclass[p.place] AND m.amopopr = e.operator AND m.amoppurpose = 's')
                   OR i.indcollation[p.place] NOT IN (0, a.attcollation)))
)
SELECT b.oid::bigint AS oid, b.conname AS "constraint", n.nspname AS schema, c.relname AS name,
       pn.nspname AS parent_schema, p.relname AS parent, b.begins, b.confdeltype AS on_delete, b.confupdtype AS on_update,
       (SELECT array_agg(a.attname ORDER BY k.place) FROM unnest(b.conkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = b.conrelid AND a.attnum = k.number) AS columns,
       size.rows, size.bytes, coalesce(writes.deletes, 0) AS deletes, coalesce(writes.updates, 0) AS updates
FROM bare b
JOIN pg_class c ON c.oid = b.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = b.confrelid
JOIN pg_namespace pn ON pn.oid = p.relnamespace
CROSS JOIN LATERAL (
    SELECT sum(greatest(l.reltuples, pg_stat_get_live_tuples(l.oid), 0))::float8 AS rows,
           sum(l.relpages * 8192::bigint)::bigint AS bytes
    FROM (SELECT c.oid WHERE c.relkind <> 'p'
          UNION ALL SELECT r.relid FROM pg_partition_tree(CASE WHEN c.relkind = 'p' THEN c.oid END) r WHERE r.isleaf
         ) AS leaf(oid)
    JOIN pg_class l ON l.oid = leaf.oid
) AS size
CROSS JOIN LATERAL (
    SELECT sum(pg_stat_get_tuples_deleted(l.oid))::bigint AS deletes,
           sum(pg_stat_get_tuples_updated(l.oid))::bigint AS updates
    FROM (SELECT p.oid WHERE p.relkind <> 'p'
          UNION ALL SELECT r.relid FROM pg_partition_tree(CASE WHEN p.relkind = 'p' THEN p.oid END) r WHERE r.isleaf
         ) AS leaf(oid)
    JOIN pg_class l ON l.oid = leaf.oid
) AS writes
WHERE size.rows >= %(rows)s
ORDER BY (coalesce(writes.deletes, 0) + 1) * size.rows DESC, 3, 4, 2
