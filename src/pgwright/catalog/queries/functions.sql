-- Functions and procedures of the user's schemas, without those of extensions.
SELECT p.oid, n.nspname::text, p.proname::text, p.prokind::text,
       quote_ident(n.nspname) || '.' || quote_ident(p.proname)
           || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       l.lanname::text,
       CASE WHEN p.prosqlbody IS NULL THEN p.prosrc
            WHEN EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid
                         AND x.refclassid = 'pg_catalog.pg_class'::regclass AND x.refobjid = ANY (%(locked)s::oid[]))
            THEN '' ELSE pg_get_function_sqlbody(p.oid) END,
       p.prorettype = 'pg_catalog.trigger'::regtype, pg_get_userbyid(p.proowner)::text,
       p.provolatile::text, p.prosecdef, coalesce(p.proconfig, '{}')
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright')
  AND p.prokind IN ('f', 'p', 'w')
  AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid
                  AND x.deptype = 'e')
ORDER BY p.oid
