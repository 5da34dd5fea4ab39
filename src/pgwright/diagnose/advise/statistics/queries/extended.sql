-- Extended statistics: their columns, expressions and kinds. Deparsing waits for who holds the table, so those are left
-- out.
SELECT s.stxrelid::bigint, s.stxkind::text[],
       coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM unnest(s.stxkeys::int2[]) k(num)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.num), '{}'),
       coalesce(pg_catalog.pg_get_statisticsobjdef_expressions(s.oid), '{}')
FROM pg_catalog.pg_statistic_ext s
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_locks l
                  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation = s.stxrelid)
ORDER BY s.oid
