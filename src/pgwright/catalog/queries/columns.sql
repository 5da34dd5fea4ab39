-- Live columns of tables, views and materialized views.
SELECT a.attrelid, a.attnum::int, a.attname::text, format_type(a.atttypid, a.atttypmod), a.atttypid,
       a.attnotnull,
       CASE WHEN a.atthasdef AND a.attrelid <> ALL (%(locked)s::oid[]) THEN pg_get_expr(ad.adbin, ad.adrelid) END,
       a.attgenerated::text, a.attidentity::text,
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
            THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       CASE WHEN a.attacl IS NOT NULL THEN (
           SELECT jsonb_agg(jsonb_build_array(coalesce(g.rolname, ''), x.privilege_type, x.is_grantable)
                            ORDER BY coalesce(g.rolname, ''), x.privilege_type, x.is_grantable)
           FROM aclexplode(a.attacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee) END,
       a.attstorage::text, a.attcompression::text, nullif(a.attstattarget, -1)::int, a.attoptions,
       d.description, a.attinhcount > 0, a.attislocal, t.typtype::text, ad.oid
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_catalog.pg_class'::regclass
                          AND d.objsubid = a.attnum
WHERE a.attrelid = ANY (%(relations)s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
