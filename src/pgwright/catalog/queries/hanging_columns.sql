-- A column on each part of a table: its default, NOT NULL and owned sequence. `top` is false where NOT NULL comes from
-- a parent among the parts.
SELECT c.oid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname),
       CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, a.attnotnull,
       (SELECT s.oid::regclass::text FROM pg_catalog.pg_depend e JOIN pg_catalog.pg_class s ON s.oid = e.objid
        WHERE e.classid = 'pg_catalog.pg_class'::regclass AND s.relkind = 'S' AND e.deptype = 'a'
          AND e.refclassid = 'pg_catalog.pg_class'::regclass AND e.refobjid = c.oid AND e.refobjsubid = a.attnum LIMIT 1),
       NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent
                   WHERE i.inhrelid = c.oid AND i.inhparent = ANY (%(parts)s::oid[]) AND p.attname = a.attname
                     AND p.attnotnull),
       k.conname::text, pg_catalog.obj_description(k.oid, 'pg_constraint'),
       (SELECT h.conname::text FROM pg_catalog.pg_constraint h WHERE h.conrelid = c.oid AND h.conname = %(helper)s)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'n' AND k.conkey[1] = a.attnum
WHERE a.attrelid = ANY (%(parts)s::oid[]) AND a.attname = %(column)s AND NOT a.attisdropped
ORDER BY c.oid
