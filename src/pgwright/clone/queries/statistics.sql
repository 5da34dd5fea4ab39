-- What ANALYZE found, as far as the role may read it: one row for each column (and index expression). The values come
-- as text, written under the settings of `statistics.FORMATS`. The statistics of ranges are shown since 17; before, who
-- may read pg_statistic finds them there (`ranges.sql`). The values of columns that are to stay at the source stay there
-- (`blank.sql`).
WITH blank AS MATERIALIZED (
    SELECT x.schema, x.relation, x.attribute
    FROM pg_catalog.jsonb_to_recordset({blank}) AS x(schema name, relation name, attribute name)
)
SELECT s.schemaname, s.tablename, s.attname, s.inherited,
       s.null_frac, s.avg_width, s.n_distinct,
       CASE WHEN b.schema IS NULL THEN s.most_common_vals::text END,
       CASE WHEN b.schema IS NULL THEN s.most_common_freqs::text END,
       CASE WHEN b.schema IS NULL THEN s.histogram_bounds::text END,
       s.correlation,
       CASE WHEN b.schema IS NULL THEN s.most_common_elems::text END,
       CASE WHEN b.schema IS NULL THEN s.most_common_elem_freqs::text END,
       CASE WHEN b.schema IS NULL THEN s.elem_count_histogram::text END,
       CASE WHEN b.schema IS NULL THEN {lengths}::text END,
       CASE WHEN b.schema IS NULL THEN {empty} END,
       CASE WHEN b.schema IS NULL THEN {bounds}::text END
FROM pg_catalog.pg_stats s
LEFT JOIN blank b ON b.schema = s.schemaname AND b.relation = s.tablename AND b.attribute = s.attname
{ranges}
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
