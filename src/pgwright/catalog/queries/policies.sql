-- Row-level security policies.
SELECT p.oid, p.polrelid, p.polname::text, p.polpermissive, p.polcmd::text,
       ARRAY (SELECT coalesce(r.rolname, '')::text FROM unnest(p.polroles) x (oid)
              LEFT JOIN pg_roles r ON r.oid = x.oid ORDER BY 1),
       CASE WHEN NOT b.blocked THEN pg_get_expr(p.polqual, p.polrelid) END,
       CASE WHEN NOT b.blocked THEN pg_get_expr(p.polwithcheck, p.polrelid) END,
       d.description
FROM pg_policy p
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_catalog.pg_policy'::regclass AND x.objid = p.oid
                   AND x.refclassid = 'pg_catalog.pg_class'::regclass AND x.refobjid = ANY (%(locked)s::oid[]))
) b (blocked)
LEFT JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_policy'::regclass AND d.objsubid = 0
WHERE p.polrelid = ANY (%(relations)s::oid[])
ORDER BY p.polrelid, p.polname
