-- CREATE STATISTICS for each expression of these indexes of which nothing is known: the clone foretells what it can.
-- Those of a partitioned table would say nothing of its partitions, which are what is scanned.
SELECT DISTINCT ON (x.indrelid, e.text)
       format('CREATE STATISTICS %%I.%%I ON %%s FROM %%I.%%I', n.nspname,
              format('pgwright_%%s_%%s', x.indexrelid, a.attnum), e.text, n.nspname, c.relname)
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid AND c.relkind <> 'p'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indexrelid AND a.attnum <= x.indnkeyatts AND x.indkey[a.attnum - 1] = 0
CROSS JOIN LATERAL pg_catalog.pg_get_indexdef(x.indexrelid, a.attnum, false) AS e(text)
WHERE x.indexrelid = ANY (%s)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stats s
                  WHERE s.schemaname = n.nspname AND s.tablename = i.relname AND s.attname = a.attname)
ORDER BY x.indrelid, e.text, x.indexrelid, a.attnum
