-- The foreign keys of any table that point to a column, each where it was declared; `shown` is its table.
SELECT k.oid::bigint, k.conrelid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname), k.conname::text,
       pg_catalog.pg_get_constraintdef(k.oid), k.convalidated, pg_catalog.obj_description(k.oid, 'pg_constraint')
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attname = %(column)s AND NOT a.attisdropped
WHERE k.contype = 'f' AND k.confrelid = ANY (%(parts)s::oid[]) AND k.conparentid = 0 AND a.attnum = ANY (k.confkey)
ORDER BY k.conrelid, k.conname
