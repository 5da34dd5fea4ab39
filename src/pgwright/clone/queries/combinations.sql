-- The most common combinations of values, as bytes: only a superuser may read them whole. Not of types that were made in
-- this database, whose numbers mean something else on the clone, and of no column that is to stay at the source.
SELECT n.nspname::text, e.stxname::text, {inherited}, d.stxdmcv::bytea
FROM pg_catalog.pg_statistic_ext_data d
JOIN pg_catalog.pg_statistic_ext e ON e.oid = d.stxoid
JOIN pg_catalog.pg_namespace n ON n.oid = e.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = e.stxrelid
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
WHERE d.stxdmcv IS NOT NULL AND e.stxexprs IS NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = e.stxrelid AND a.attnum = ANY (e.stxkeys::int2[]) AND a.atttypid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_catalog.jsonb_to_recordset(%(blank)s) AS x(schema name, relation name)
                  WHERE x.schema = cn.nspname AND x.relation = c.relname)
