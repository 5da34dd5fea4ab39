-- What reads which column: defaults, generated columns, indexes, triggers, policies, row filters, statistics, rules,
-- SQL-standard function bodies; also owned sequences and partition keys. A trigger that names a column in UPDATE OF
-- and reads it in WHEN has two rows for it, a published table likewise for column list and row filter: hence the count.
SELECT d.classid::regclass::text, d.objid, d.objsubid, d.refobjid, d.refobjsubid, d.deptype::text, count(*)::int
FROM pg_depend d
WHERE d.refclassid = 'pg_catalog.pg_class'::regclass
  AND d.refobjid >= 16384
  AND d.classid = ANY (ARRAY['pg_catalog.pg_attrdef', 'pg_catalog.pg_class', 'pg_catalog.pg_trigger',
                             'pg_catalog.pg_policy', 'pg_catalog.pg_publication_rel', 'pg_catalog.pg_statistic_ext',
                             'pg_catalog.pg_rewrite', 'pg_catalog.pg_proc']::regclass[])
  AND (d.refobjsubid > 0 OR d.classid IN ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_proc'::regclass,
                                          'pg_catalog.pg_policy'::regclass)
       OR (d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = d.refobjid AND d.objsubid > 0))
GROUP BY 1, 2, 3, 4, 5, 6
