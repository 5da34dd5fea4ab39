-- Updates of tables that were updated at least `updates` times since the counters were cleared: all, HOT ones, and
-- (16 and newer) those whose new row went to another page. The fillfactor is 100 where none is set.
SELECT s.relid::bigint AS oid, s.schemaname AS schema, s.relname AS name, s.n_tup_upd AS updates,
       s.n_tup_hot_upd AS hot, (to_jsonb(s) ->> 'n_tup_newpage_upd')::bigint AS elsewhere,
       coalesce((SELECT o.option_value::int FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'),
                100) AS fillfactor,
       c.relpages * 8192::bigint AS bytes,
       (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid) AS indexes
FROM pg_stat_all_tables s
JOIN pg_class c ON c.oid = s.relid
WHERE s.n_tup_upd >= %(updates)s AND c.relkind IN ('r', 'm')
  AND s.schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY s.n_tup_upd - s.n_tup_hot_upd DESC
LIMIT 500
