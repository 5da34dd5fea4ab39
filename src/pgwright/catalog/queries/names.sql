-- The other names of the user's schemas: sequences, indexes, composite types. They share one name space with tables.
SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, c.relpages
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright')
  AND c.relkind IN ('S', 'i', 'I', 'c')
ORDER BY c.oid
