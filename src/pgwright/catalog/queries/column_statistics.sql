-- What ANALYZE knows of columns; only of those that the role may read.
SELECT s.schemaname::text, s.tablename::text, s.attname::text, s.null_frac, s.avg_width
FROM pg_stats s
WHERE s.schemaname !~ '^pg_' AND s.schemaname NOT IN ('information_schema', 'pgwright')
ORDER BY s.inherited
