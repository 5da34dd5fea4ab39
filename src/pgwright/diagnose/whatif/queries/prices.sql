-- The planner's prices, as `scan_cost.Prices`; effective_cache_size is counted in pages.
SELECT jsonb_object_agg(
           CASE name WHEN 'seq_page_cost' THEN 'seq_page' WHEN 'random_page_cost' THEN 'random_page'
                WHEN 'cpu_tuple_cost' THEN 'cpu_tuple' WHEN 'cpu_index_tuple_cost' THEN 'cpu_index_tuple'
                WHEN 'cpu_operator_cost' THEN 'cpu_operator' ELSE 'cache_pages' END, setting::float8)
FROM pg_catalog.pg_settings
WHERE name IN ('seq_page_cost', 'random_page_cost', 'cpu_tuple_cost', 'cpu_index_tuple_cost', 'cpu_operator_cost',
               'effective_cache_size')
