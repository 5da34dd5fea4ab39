-- Large TOAST tables with the size that their rows would need at most: values are cut so that four pieces fill a page, and
-- the last piece of each is smaller. So what is wasted is this or more.
SELECT t.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, r.rows,
       pg_relation_size(t.oid)::float8 AS bytes, true AS seen,
       ceil(r.rows / 4) * current_setting('block_size')::float8 AS needed
FROM pg_class t
JOIN pg_class c ON c.reltoastrelid = t.oid
JOIN pg_namespace n ON n.oid = c.relnamespace,
LATERAL (SELECT greatest(t.reltuples, pg_stat_get_live_tuples(t.oid))::float8 AS rows) r
WHERE c.relpersistence <> 't' AND t.reltuples >= 0
  AND t.relpages::float8 * current_setting('block_size')::int >= %(bytes)s
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 6 DESC, 2, 3
