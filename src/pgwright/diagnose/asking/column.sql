-- What pg_stats holds of a column: its most common values, its histogram, and its type. %(schema)s may be empty.
SELECT c.relname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
       coalesce(s.most_common_vals::text::text[], '{}'), coalesce(s.histogram_bounds::text::text[], '{}')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = %(column)s AND a.attnum > 0
LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
WHERE c.relname = %(name)s AND c.relkind IN ('r', 'p', 'm', 'f')
  AND (n.nspname = %(schema)s OR %(schema)s = '' AND n.nspname = ANY (pg_catalog.current_schemas(true)))
ORDER BY s.inherited DESC NULLS LAST
LIMIT 1
