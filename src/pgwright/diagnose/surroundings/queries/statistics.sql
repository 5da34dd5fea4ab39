-- Extended statistics of relations: the column sets, and the expressions.
SELECT s.stxrelid::bigint,
       coalesce((SELECT array_agg(a.attname::text) FROM unnest(s.stxkeys::int2[]) k(num)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.num), '{}'),
       coalesce(pg_catalog.pg_get_statisticsobjdef_expressions(s.oid), '{}')
FROM pg_catalog.pg_statistic_ext s
WHERE s.stxrelid = ANY (%(oids)s::oid[])
