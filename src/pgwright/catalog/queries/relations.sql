-- Tables and views of the user's schemas: what is known of them without looking at their columns.
SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, pg_get_userbyid(c.relowner)::text,
       c.relpersistence::text, c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text,
       c.reltuples, c.relpages, c.relpages + coalesce(toast.relpages, 0), c.relfilenode, c.relnatts, coalesce(c.reloptions, '{}'),
       CASE WHEN c.relacl IS NOT NULL THEN (
           SELECT jsonb_agg(jsonb_build_array(coalesce(g.rolname, ''), x.privilege_type, x.is_grantable)
                            ORDER BY coalesce(g.rolname, ''), x.privilege_type, x.is_grantable)
           FROM aclexplode(c.relacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee) END,
       d.description,
       CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
       CASE WHEN c.relispartition AND c.oid <> ALL (%(locked)s::oid[])
            THEN pg_get_expr(c.relpartbound, c.oid) END,
       CASE WHEN c.relkind = 'p' AND c.oid <> ALL (%(locked)s::oid[]) THEN pg_get_partkeydef(c.oid) END,
       am.amname::text, ts.spcname::text, e.extname::text,
       pg_stat_get_mod_since_analyze(c.oid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_depend ed ON ed.classid = 'pg_catalog.pg_class'::regclass AND ed.objid = c.oid AND ed.objsubid = 0
                      AND ed.refclassid = 'pg_catalog.pg_extension'::regclass AND ed.deptype = 'e'
LEFT JOIN pg_extension e ON e.oid = ed.refobjid
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright')
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
ORDER BY c.oid
