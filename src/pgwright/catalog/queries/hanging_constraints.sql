-- The CHECK constraints and foreign keys that read a column, where they were declared (not where they were inherited).
SELECT k.oid::bigint, k.conrelid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname), k.conname::text,
       k.contype::text, pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.obj_description(k.oid, 'pg_constraint')
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attname = %(column)s AND a.attnum = ANY (k.conkey)
WHERE k.conrelid = ANY (%(parts)s::oid[]) AND k.contype IN ('c', 'f') AND k.coninhcount = 0 AND k.conparentid = 0
ORDER BY k.conrelid, k.conname
