-- What a change of one table was prepared from, in one value: compared again once the lock is held.
WITH RECURSIVE part (oid) AS (
    SELECT %(relation)s::oid
    UNION
    SELECT inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.oid
)
SELECT pg_catalog.md5(pg_catalog.concat_ws('|',
    (SELECT string_agg(concat_ws(' ', c.oid, c.relname, c.relnamespace, c.relkind, c.relnatts), ',' ORDER BY c.oid)
     FROM part JOIN pg_catalog.pg_class c USING (oid)),
    (SELECT string_agg(concat_ws(' ', a.attrelid, a.attnum, a.attname, a.xmin), ',' ORDER BY a.attrelid, a.attnum)
     FROM part JOIN pg_catalog.pg_attribute a ON a.attrelid = part.oid WHERE a.attnum > 0 AND NOT a.attisdropped),
    (SELECT string_agg(concat_ws(' ', t.oid, t.xmin, t.tgenabled, f.xmin), ',' ORDER BY t.oid)
     FROM part JOIN pg_catalog.pg_trigger t ON t.tgrelid = part.oid JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
     WHERE NOT t.tgisinternal),
    (SELECT string_agg(concat_ws(' ', k.oid, k.xmin), ',' ORDER BY k.oid)
     FROM part JOIN pg_catalog.pg_constraint k ON k.conrelid = part.oid),
    (SELECT string_agg(concat_ws(' ', d.classid, d.objid, d.refobjid, d.refobjsubid, d.xmin), ','
                       ORDER BY d.classid, d.objid, d.refobjid, d.refobjsubid)
     FROM part JOIN pg_catalog.pg_depend d ON d.refobjid = part.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
     WHERE d.refobjsubid <> 0),
    (SELECT string_agg(concat_ws(' ', l.id, l.xmin), ',' ORDER BY l.id) FROM pgwright.link l WHERE l.relation = %(relation)s::oid)))
