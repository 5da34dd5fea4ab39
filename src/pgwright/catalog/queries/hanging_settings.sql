-- What is set on column `column` of each part of a table and not on column `taking`: rights, comment, statistics target,
-- options, storage, compression.
SELECT pg_catalog.format('%%I.%%I', n.nspname, c.relname),
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                   coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC'), x.privilege_type, x.is_grantable))
        FROM pg_catalog.aclexplode(a.attacl) x LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
        WHERE x.grantee <> c.relowner AND NOT EXISTS (
            SELECT FROM pg_catalog.aclexplode(b.attacl) y
            WHERE y.grantee = x.grantee AND y.privilege_type = x.privilege_type AND y.is_grantable >= x.is_grantable)),
       CASE WHEN pg_catalog.col_description(c.oid, b.attnum) IS NULL
            THEN pg_catalog.col_description(c.oid, a.attnum) END,
       CASE WHEN a.attstattarget IS DISTINCT FROM b.attstattarget THEN nullif(a.attstattarget, -1)::int END,
       CASE WHEN a.attoptions IS DISTINCT FROM b.attoptions THEN a.attoptions END,
       CASE WHEN a.attstorage <> b.attstorage THEN a.attstorage::text END,
       CASE WHEN a.attcompression <> b.attcompression THEN nullif(a.attcompression, '')::text END
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute b ON b.attrelid = a.attrelid AND b.attname = %(taking)s AND NOT b.attisdropped
WHERE a.attrelid = ANY (%(parts)s::oid[]) AND a.attname = %(column)s AND NOT a.attisdropped
ORDER BY c.oid
