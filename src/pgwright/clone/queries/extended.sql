-- Extended statistics of the source, as far as the role may read them: the counts of distinct combinations and the degrees
-- of dependency as bytes, and the names of the columns that they mean by number. {inherited} came with 15.
SELECT s.statistics_schemaname::text, s.statistics_name::text, {inherited}, s.n_distinct::bytea, s.dependencies::bytea,
       (SELECT pg_catalog.jsonb_object_agg(a.attnum, a.attname) FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = s.schemaname AND c.relname = s.tablename AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_catalog.pg_stats_ext s
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema')
