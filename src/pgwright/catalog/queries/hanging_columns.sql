-- A column on each part of a table: its default, owned sequence and NOT NULL, deepest parts first. `own` tells that
-- NOT NULL does not simply come from a parent: it was declared here, or has another name than the parent's (18).
WITH RECURSIVE above (part, ancestor) AS (
    SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits WHERE inhrelid = ANY (%(parts)s::oid[])
    UNION
    SELECT above.part, i.inhparent FROM above JOIN pg_catalog.pg_inherits i ON i.inhrelid = above.ancestor
)
SELECT c.oid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname),
       CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, a.attnotnull,
       (SELECT s.oid::regclass::text FROM pg_catalog.pg_depend e JOIN pg_catalog.pg_class s ON s.oid = e.objid
        WHERE e.classid = 'pg_catalog.pg_class'::regclass AND s.relkind = 'S' AND e.deptype = 'a'
          AND e.refclassid = 'pg_catalog.pg_class'::regclass AND e.refobjid = c.oid AND e.refobjsubid = a.attnum LIMIT 1),
       coalesce(k.conislocal, false) OR NOT EXISTS (
                   SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent
                   LEFT JOIN pg_catalog.pg_constraint pk
                     ON pk.conrelid = p.attrelid AND pk.contype = 'n' AND pk.conkey[1] = p.attnum
                   WHERE i.inhrelid = c.oid AND i.inhparent = ANY (%(parts)s::oid[]) AND p.attname = a.attname
                     AND p.attnotnull AND (k.oid IS NULL OR k.conname = pk.conname AND NOT pk.connoinherit)),
       k.conname::text, pg_catalog.obj_description(k.oid, 'pg_constraint'),
       CASE WHEN k.oid IS NOT NULL THEN pg_catalog.pg_get_constraintdef(k.oid) END, coalesce(k.convalidated, true),
       (SELECT h.coninhcount = 0 FROM pg_catalog.pg_constraint h WHERE h.conrelid = c.oid AND h.conname = %(helper)s)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'n' AND k.conkey[1] = a.attnum
WHERE a.attrelid = ANY (%(parts)s::oid[]) AND a.attname = %(column)s AND NOT a.attisdropped
ORDER BY (SELECT count(*) FROM above WHERE above.part = c.oid) DESC, c.oid
