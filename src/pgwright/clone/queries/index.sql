-- What an index on the clone is made of: for each of its columns whether it is a key, how its values are stored, and what
-- is known of them. The statistics of a column of the table; those of an expression are the index's own. The fourth
-- support function of a b-tree class says whether equal values are the same bytes, so that they can share a tuple;
-- text under a collation that is not deterministic has none of that. The eleventh of a GiST class lets the build sort.
SELECT a.attnum <= x.indnkeyatts, a.attlen::int, a.attalign::text,
       coalesce(s.stawidth, CASE WHEN a.attlen > 0 THEN a.attlen END,
                (SELECT max(r.stawidth) FROM pg_catalog.pg_depend d
                 JOIN pg_catalog.pg_statistic r ON r.starelid = d.refobjid AND r.staattnum = d.refobjsubid
                 WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid AND d.refobjid = x.indrelid
                       AND d.refobjsubid > 0), 32)::int, coalesce(s.stanullfrac, 0)::float8,
       coalesce(s.stadistinct, 0)::float8,
       coalesce((SELECT n[cardinality(n)] FROM (VALUES (s.stakind4, s.stanumbers4), (s.stakind5, s.stanumbers5)) v(k, n)
                 WHERE k = 5), 0)::float8,
       coalesce(e.listed, 0)::int, coalesce(e.mass, 0)::float8, coalesce(e.rarest, 0)::float8,
       c.opcname::text,
       EXISTS (SELECT FROM pg_catalog.pg_amproc p WHERE p.amprocfamily = c.opcfamily AND p.amprocnum = 4
               AND p.amproclefttype = c.opcintype AND p.amprocrighttype = c.opcintype)
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_collation l
                         WHERE l.oid = x.indcollation[a.attnum - 1] AND NOT l.collisdeterministic),
       EXISTS (SELECT FROM pg_catalog.pg_amproc p WHERE p.amprocfamily = c.opcfamily AND p.amprocnum = 11
               AND p.amproclefttype = c.opcintype),
       pg_catalog.pg_get_indexdef(x.indexrelid, a.attnum, false)
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indexrelid
LEFT JOIN pg_catalog.pg_statistic s
    ON s.starelid = CASE WHEN x.indkey[a.attnum - 1] = 0 THEN x.indexrelid ELSE x.indrelid END
   AND s.staattnum = CASE WHEN x.indkey[a.attnum - 1] = 0 THEN a.attnum ELSE x.indkey[a.attnum - 1] END
   AND NOT s.stainherit
LEFT JOIN pg_catalog.pg_opclass c ON a.attnum <= x.indnkeyatts AND c.oid = x.indclass[a.attnum - 1]
LEFT JOIN LATERAL (
    -- Most common elements: their fractions, and then the smallest and the largest, and of arrays that of NULLs.
    SELECT cardinality(n) - more AS listed, n[cardinality(n) - more + 1] AS rarest,
           (SELECT sum(f) FROM unnest(n[1:cardinality(n) - more]) f) AS mass
    FROM (SELECT s.stanumbers4 AS n, CASE WHEN a.atttypid = 'tsvector'::regtype THEN 2 ELSE 3 END AS more
          WHERE s.stakind4 = 4) v
) e ON true
WHERE x.indexrelid = %(index)s
ORDER BY a.attnum
