-- What ANALYZE found, as far as the role may read it: one row for each column (and index expression). The values come
-- as text, written under the settings of `statistics.FORMATS`. The statistics of ranges are shown since 17. The values
-- of columns that are to stay at the source (%(blank)s, see `blank.sql`) stay there.
SELECT s.schemaname::text, s.tablename::text, s.attname::text, s.inherited,
       s.null_frac, s.avg_width, s.n_distinct,
       CASE WHEN b.shown THEN s.most_common_vals::text END,
       CASE WHEN b.shown THEN s.most_common_freqs::text END,
       CASE WHEN b.shown THEN s.histogram_bounds::text END,
       s.correlation,
       CASE WHEN b.shown THEN s.most_common_elems::text END,
       CASE WHEN b.shown THEN s.most_common_elem_freqs::text END,
       CASE WHEN b.shown THEN s.elem_count_histogram::text END,
       CASE WHEN b.shown THEN {range_length_histogram}::text END,
       CASE WHEN b.shown THEN {range_empty_frac} END,
       CASE WHEN b.shown THEN {range_bounds_histogram}::text END
FROM pg_catalog.pg_stats s
CROSS JOIN LATERAL (SELECT NOT EXISTS (
    SELECT FROM pg_catalog.jsonb_to_recordset(%(blank)s) AS x(schema name, relation name, attribute name)
    WHERE x.schema = s.schemaname AND x.relation = s.tablename AND x.attribute = s.attname)) b(shown)
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
