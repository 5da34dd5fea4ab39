-- Indexes of tables and materialized views. Columns of expressions and predicates come with dependencies.sql.
SELECT i.indexrelid, i.indrelid, c.relname::text, n.nspname::text, i.indkey::int2[]::int[], i.indnkeyatts::int,
       CASE WHEN i.indrelid = ANY (%(locked)s::oid[]) THEN '' ELSE pg_get_indexdef(i.indexrelid) END,
       i.indisunique, i.indisprimary, i.indisvalid, i.indisready, i.indimmediate, i.indisreplident, am.amname::text,
       k.conname::text, h.inhparent, d.description, c.relpages
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE i.indrelid = ANY (%(relations)s::oid[])
ORDER BY i.indrelid, i.indexrelid
