-- The session: version, settings that signs read, extensions, search path.
SELECT current_setting('server_version_num')::int,
       (SELECT jsonb_object_agg(name, setting) FROM pg_catalog.pg_settings
        WHERE name IN ('work_mem', 'hash_mem_multiplier', 'max_parallel_workers', 'max_parallel_workers_per_gather',
                       'max_worker_processes', 'jit', 'jit_above_cost', 'random_page_cost', 'seq_page_cost',
                       'effective_cache_size', 'shared_buffers', 'track_io_timing', 'default_statistics_target',
                       'min_parallel_table_scan_size', 'parallel_setup_cost', 'join_collapse_limit',
                       'from_collapse_limit', 'plan_cache_mode', 'enable_partition_pruning',
                       'constraint_exclusion', 'autovacuum', 'max_connections', 'effective_io_concurrency',
                       'checkpoint_timeout', 'max_wal_size')),
       (SELECT array_agg(extname::text) FROM pg_catalog.pg_extension),
       pg_catalog.current_schemas(true)::text[]
