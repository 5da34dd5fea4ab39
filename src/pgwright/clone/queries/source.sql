-- What a clone of this database must be like: where text sorts, how large a block is, what the planner is told.
-- datlocprovider came with 15, daticulocale (15, 16) is datlocale since 17. A setting that a role or database has is in
-- pg_settings as far as it holds in this session. Tablespaces may have costs of their own.
SELECT current_setting('server_version_num')::int,
       current_setting('block_size')::int,
       pg_catalog.pg_encoding_to_char(d.encoding)::text,
       d.datcollate::text,
       d.datctype::text,
       coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', ''),
       (SELECT jsonb_object_agg(name, setting) FROM pg_catalog.pg_settings
        WHERE category LIKE 'Query Tuning%' AND name <> 'seed'
           OR name IN ('work_mem', 'hash_mem_multiplier', 'max_parallel_workers_per_gather',
                       'parallel_leader_participation', 'debug_parallel_query', 'force_parallel_mode',
                       'TimeZone', 'DateStyle', 'IntervalStyle', 'transform_null_equals',
                       'standard_conforming_strings', 'default_text_search_config')),
       (SELECT string_agg(quote_ident(s), ', ') FROM unnest(pg_catalog.current_schemas(false)) s),
       pg_catalog.pg_is_in_recovery(),
       (SELECT jsonb_object_agg(t.spcname, coalesce(pg_catalog.array_to_string(t.spcoptions, ', '), ''))
        FROM pg_catalog.pg_tablespace t WHERE t.spcname <> 'pg_global'),
       (SELECT t.spcname::text FROM pg_catalog.pg_tablespace t WHERE t.oid = d.dattablespace),
       ARRAY(SELECT DISTINCT c.collname::text FROM pg_catalog.pg_collation c
             JOIN pg_catalog.pg_attribute a ON a.attcollation = c.oid
             WHERE c.collnamespace = 'pg_catalog'::regnamespace AND a.attrelid >= 16384),
       pg_catalog.has_table_privilege('pg_catalog.pg_statistic', 'SELECT'),
       EXISTS (SELECT FROM pg_catalog.pg_policy)
FROM pg_catalog.pg_database d
WHERE d.datname = current_database()
