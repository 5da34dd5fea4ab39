-- The CHECK constraints and foreign keys that read a column, where they were declared (not where they were inherited),
-- and for foreign keys those of the partitions below.
WITH RECURSIVE below (top, oid, conrelid) AS (
    SELECT oid, oid, conrelid FROM pg_catalog.pg_constraint
    WHERE conrelid = ANY (%(parts)s::oid[]) AND contype = 'f' AND conparentid = 0
    UNION ALL
    SELECT below.top, c.oid, c.conrelid FROM pg_catalog.pg_constraint c JOIN below ON c.conparentid = below.oid
    WHERE c.conrelid <> below.conrelid
)
SELECT k.oid::bigint, k.conrelid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname), k.conname::text,
       k.contype::text, pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.obj_description(k.oid, 'pg_constraint'),
       coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                            b.conrelid::bigint, pg_catalog.format('%%I.%%I', bn.nspname, bc.relname), bk.conname))
                 FROM below b JOIN pg_catalog.pg_constraint bk ON bk.oid = b.oid
                 JOIN pg_catalog.pg_class bc ON bc.oid = b.conrelid
                 JOIN pg_catalog.pg_namespace bn ON bn.oid = bc.relnamespace
                 WHERE b.top = k.oid AND b.oid <> k.oid), '[]')
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attname = %(column)s AND a.attnum = ANY (k.conkey)
WHERE k.conrelid = ANY (%(parts)s::oid[]) AND k.contype IN ('c', 'f') AND k.coninhcount = 0 AND k.conparentid = 0
ORDER BY k.conrelid, k.conname
