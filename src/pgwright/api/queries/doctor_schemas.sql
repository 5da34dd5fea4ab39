-- Schemas that hold tables, and which of their two rights are missing. Parameter: the schemas, empty for all of users.
SELECT n.nspname::text AS name,
       has_schema_privilege(n.oid, 'USAGE') AS may_use,
       has_schema_privilege(n.oid, 'CREATE') AS may_create
FROM pg_namespace AS n
WHERE CASE WHEN cardinality(%(schemas)s::text[]) > 0 THEN n.nspname = ANY (%(schemas)s::text[])
           ELSE n.nspname <> 'information_schema' AND n.nspname <> 'pgwright' AND n.nspname !~ '^pg_' END
  AND EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p'))
  AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE'))
ORDER BY 1;
