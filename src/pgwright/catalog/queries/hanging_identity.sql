-- The identity of a column on each part of a table that has one: its sequence with all that ALTER COLUMN ... ADD GENERATED
-- can say, its rights (those of the owner apart) and comment.
SELECT pg_catalog.format('%%I.%%I', n.nspname, c.relname), a.attidentity::text,
       pg_catalog.quote_ident(sn.nspname), s.relname::text, q.seqtypid::regtype::text,
       q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle,
       pg_catalog.obj_description(s.oid, 'pg_class'),
       coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                     CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                     x.privilege_type, x.is_grantable) ORDER BY x.grantee, x.privilege_type)
                 FROM pg_catalog.aclexplode(s.relacl) x WHERE x.grantee <> s.relowner), '[]'),
       s.oid::bigint
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i'
 AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
JOIN pg_catalog.pg_sequence q ON q.seqrelid = d.objid JOIN pg_catalog.pg_class s ON s.oid = q.seqrelid
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
WHERE a.attrelid = ANY (%(parts)s::oid[]) AND a.attname = %(column)s AND a.attidentity <> '' AND NOT a.attisdropped
ORDER BY c.oid
