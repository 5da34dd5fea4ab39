-- Tables that this role cannot alter, or whose rows it does not see. Parameter: the schemas, empty for all of users.
SELECT n.nspname::text AS schema,
       c.relname::text AS name,
       pg_get_userbyid(c.relowner)::text AS owner,
       pg_has_role(current_user, c.relowner, 'USAGE') AS owned,
       pg_has_role(current_user, c.relowner, 'MEMBER') AS member,
       (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = c.relowner) AS owner_is_superuser,
       c.relforcerowsecurity AND c.relrowsecurity AS forced
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND CASE WHEN cardinality(%(schemas)s::text[]) > 0 THEN n.nspname = ANY (%(schemas)s::text[])
           ELSE n.nspname <> 'information_schema' AND n.nspname <> 'pgwright' AND n.nspname !~ '^pg_' END
  -- what an extension brought along is the extension's to change
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND (NOT pg_has_role(current_user, c.relowner, 'USAGE') OR (c.relforcerowsecurity AND c.relrowsecurity))
ORDER BY 1, 2;
