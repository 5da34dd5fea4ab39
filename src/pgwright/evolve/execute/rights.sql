-- Who owns the relations of a plan, and what this role may do with them and their schemas. Parameter: their oids.
SELECT c.oid::bigint AS oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
       pg_catalog.pg_has_role(current_user, c.relowner, 'USAGE') AS owned,
       pg_catalog.pg_has_role(current_user, c.relowner, 'MEMBER') AS member,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.oid = c.relowner) AS owner_is_superuser,
       pg_catalog.pg_has_role(current_user, n.nspowner, 'USAGE') AS owns_schema,
       pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS may_use,
       pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may_create,
       pg_catalog.has_any_column_privilege(c.oid, 'REFERENCES') AS may_reference,
       ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'UPDATE']) p
             WHERE NOT pg_catalog.has_table_privilege(c.oid, p)) AS not_granted
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY(%(relations)s::oid[]) AND n.nspname <> 'pgwright' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY 2, 3
