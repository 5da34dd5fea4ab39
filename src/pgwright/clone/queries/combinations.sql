-- The most common combinations of values, as text, as far as the role may read them; and none of a table with a column
-- that is to stay at the source. {inherited} came with 15.
SELECT s.statistics_schemaname::text, s.statistics_name::text, {inherited},
       s.most_common_vals, s.most_common_val_nulls, s.most_common_freqs, s.most_common_base_freqs
FROM pg_catalog.pg_stats_ext s
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema') AND s.most_common_vals IS NOT NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.jsonb_to_recordset({blank}) AS x(schema name, relation name)
                  WHERE x.schema = s.schemaname AND x.relation = s.tablename)
