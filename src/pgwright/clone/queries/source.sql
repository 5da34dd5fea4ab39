-- What a clone of this database must be like: where text sorts, how large a block is, what the planner is told.
-- datlocprovider came with 15, daticulocale (15, 16) is datlocale since 17.
SELECT current_setting('server_version_num')::int,
       current_setting('block_size')::int,
       d.datcollate::text,
       d.datctype::text,
       coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', ''),
       (SELECT jsonb_object_agg(name, setting) FROM pg_catalog.pg_settings
        WHERE category LIKE 'Query Tuning%' AND name <> 'seed'
           OR name IN ('work_mem', 'hash_mem_multiplier', 'max_parallel_workers_per_gather',
                       'parallel_leader_participation', 'TimeZone', 'DateStyle', 'IntervalStyle',
                       'standard_conforming_strings', 'default_text_search_config')),
       (SELECT string_agg(quote_ident(s), ', ') FROM unnest(pg_catalog.current_schemas(false)) s),
       pg_catalog.pg_is_in_recovery()
FROM pg_catalog.pg_database d
WHERE d.datname = current_database()
