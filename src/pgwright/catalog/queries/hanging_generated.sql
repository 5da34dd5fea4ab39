-- The generated columns that read a column, where they were declared. `others` names what depends on them in turn.
WITH col AS (
    SELECT a.attrelid, a.attnum FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = ANY (%(parts)s::oid[]) AND a.attname = %(column)s AND NOT a.attisdropped
)
SELECT pg_catalog.format('%%I.%%I', n.nspname, c.relname), g.attname::text,
       pg_catalog.format_type(g.atttypid, g.atttypmod), pg_catalog.pg_get_expr(d.adbin, d.adrelid),
       g.attgenerated::text, g.attnotnull,
       CASE WHEN g.attcollation <> 0 AND g.attcollation <> t.typcollation
            THEN pg_catalog.format('%%I.%%I', cn.nspname, co.collname) END,
       pg_catalog.col_description(c.oid, g.attnum), nullif(g.attstattarget, -1)::int, g.attstorage::text,
       g.attoptions,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC'),
                                                                 x.privilege_type, x.is_grantable))
        FROM pg_catalog.aclexplode(g.attacl) x LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee),
       ARRAY (SELECT DISTINCT pg_catalog.pg_describe_object(e.classid, e.objid, e.objsubid) FROM pg_catalog.pg_depend e
              WHERE e.refclassid = 'pg_catalog.pg_class'::regclass AND e.refobjid = c.oid AND e.refobjsubid = g.attnum
                AND e.classid <> 'pg_catalog.pg_attrdef'::regclass
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = e.objid AND k.contype = 'n')
              ORDER BY 1)
FROM col JOIN pg_catalog.pg_class c ON c.oid = col.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute g ON g.attrelid = c.oid AND g.attgenerated <> '' AND NOT g.attisdropped
JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = g.attnum
JOIN pg_catalog.pg_type t ON t.oid = g.atttypid
LEFT JOIN pg_catalog.pg_collation co ON co.oid = g.attcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
WHERE g.attinhcount = 0 AND EXISTS (
    SELECT FROM pg_catalog.pg_depend e
    WHERE e.refclassid = 'pg_catalog.pg_class'::regclass AND e.refobjid = c.oid AND e.refobjsubid = col.attnum
      AND ((e.classid = 'pg_catalog.pg_attrdef'::regclass AND e.objid = d.oid)
        OR (e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.objsubid = g.attnum)))
ORDER BY c.oid, g.attnum
