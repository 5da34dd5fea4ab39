-- The indexes that read a column anywhere, on each part of a table; `body` is the definition behind CREATE INDEX name ON.
WITH col AS (
    SELECT a.attrelid, a.attnum FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = ANY (%(parts)s::oid[]) AND a.attname = %(column)s AND NOT a.attisdropped
)
SELECT i.indexrelid::bigint, i.indrelid::bigint, c.relname::text, pg_catalog.format('%%I.%%I', n.nspname, c.relname),
       h.inhparent::bigint, i.indisunique, i.indisvalid,
       pg_catalog.substr(pg_catalog.pg_get_indexdef(c.oid),
                         pg_catalog.length('CREATE INDEX ' || pg_catalog.quote_ident(c.relname) || ' ON ') + 1),
       pg_catalog.obj_description(c.oid, 'pg_class'), i.indisclustered,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(x.attnum, x.attstattarget) ORDER BY x.attnum)
        FROM pg_catalog.pg_attribute x WHERE x.attrelid = c.oid AND x.attstattarget >= 0),
       pg_catalog.format('%%I.%%I', tn.nspname, t.relname),
       (SELECT pg_catalog.jsonb_build_array(k.contype, k.condeferrable, k.condeferred,
                   pg_catalog.obj_description(k.oid, 'pg_constraint'), pg_catalog.pg_get_constraintdef(k.oid))
        FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid
          AND k.contype IN ('p', 'u', 'x')),
       i.indisreplident,
       ARRAY (SELECT x.attname::text FROM pg_catalog.pg_attribute x WHERE x.attrelid = c.oid ORDER BY x.attnum),
       c.relkind = 'I', pg_catalog.array_to_string(c.reloptions, ', '),
       (SELECT s.spcname::text FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace)
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
WHERE EXISTS (
    SELECT FROM pg_catalog.pg_depend d JOIN col ON d.refobjid = col.attrelid AND d.refobjsubid = col.attnum
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
      AND d.refclassid = 'pg_catalog.pg_class'::regclass)
   OR EXISTS (
    SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid
    JOIN col ON k.conrelid = col.attrelid AND col.attnum = ANY (k.conkey)
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indexrelid
