-- Where the clone keeps each relation, and how many bytes the keys of an index take: their average width as far as
-- statistics tell, else the length of their types.
SELECT n.nspname::text, c.relname::text, c.oid::bigint, pg_catalog.pg_relation_filepath(c.oid),
       coalesce((SELECT sum(CASE WHEN a.attlen > 0 THEN a.attlen
                                 ELSE coalesce(t.stawidth, i.stawidth, 16) END)
                 FROM pg_catalog.pg_index x
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indexrelid AND a.attnum <= x.indnkeyatts
                 LEFT JOIN pg_catalog.pg_statistic t ON t.starelid = x.indrelid AND NOT t.stainherit
                      AND t.staattnum = x.indkey[a.attnum - 1] AND x.indkey[a.attnum - 1] <> 0
                 LEFT JOIN pg_catalog.pg_statistic i ON i.starelid = x.indexrelid AND i.staattnum = a.attnum
                 WHERE x.indexrelid = c.oid), 0)::int
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'i', 'p', 'I') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
