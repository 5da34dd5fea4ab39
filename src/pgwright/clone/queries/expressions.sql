-- The statistics of expressions (CREATE STATISTICS ... ON (expression)), in the columns of `statistics.sql`.
SELECT s.statistics_schemaname::text, s.statistics_name::text, s.expr, {inherited},
       s.null_frac, s.avg_width, s.n_distinct,
       s.most_common_vals::text, s.most_common_freqs::text, s.histogram_bounds::text, s.correlation,
       s.most_common_elems::text, s.most_common_elem_freqs::text, s.elem_count_histogram::text, NULL, NULL, NULL
FROM pg_catalog.pg_stats_ext_exprs s
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.jsonb_to_recordset({blank}) AS x(schema name, relation name)
                  WHERE x.schema = s.schemaname AND x.relation = s.tablename)
