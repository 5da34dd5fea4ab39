-- The expressions of these indexes of which nothing is known, each with its table and the statement that makes statistics of
-- it: none where the table is partitioned, because its partitions are what is scanned. Known are those with statistics of
-- their own, and those of an index that is there, or of which the clone foretells them.
SELECT DISTINCT ON (x.indrelid, e.text)
       regexp_replace(e.text, '^\((.*)\)$', '\1'), format('%%I.%%I', n.nspname, c.relname),
       CASE WHEN c.relkind <> 'p'
            THEN format('CREATE STATISTICS %%I.%%I ON %%s FROM %%I.%%I', n.nspname,
                        format('pgwright_%%s_%%s', x.indexrelid, a.attnum), e.text, n.nspname, c.relname) END
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indexrelid AND a.attnum <= x.indnkeyatts AND x.indkey[a.attnum - 1] = 0
CROSS JOIN LATERAL pg_catalog.pg_get_indexdef(x.indexrelid, a.attnum, false) AS e(text)
WHERE x.indexrelid = ANY (%s)
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_index o
      JOIN pg_catalog.pg_class i ON i.oid = o.indexrelid
      JOIN pg_catalog.pg_attribute k ON k.attrelid = o.indexrelid AND o.indkey[k.attnum - 1] = 0
      JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = i.relname AND s.attname = k.attname
      WHERE o.indrelid = x.indrelid AND pg_catalog.pg_get_indexdef(o.indexrelid, k.attnum, false) = e.text)
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_stats_ext_exprs s
      WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND btrim(s.expr, '()') = btrim(e.text, '()'))
ORDER BY x.indrelid, e.text, x.indexrelid, a.attnum
