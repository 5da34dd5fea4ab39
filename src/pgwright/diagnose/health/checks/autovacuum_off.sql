-- Tables on which autovacuum is off, by their own setting or that of their TOAST table, with their writes.
SELECT n.nspname AS schema, c.relname AS name,
       coalesce((SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
                 WHERE o.option_name = 'autovacuum_enabled'), 'true') AS main,
       coalesce((SELECT o.option_value FROM pg_options_to_table(t.reloptions) o
                 WHERE o.option_name = 'autovacuum_enabled'), 'true') AS toast,
       c.relpages * 8192::bigint AS bytes,
       coalesce(pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid), 0) AS changes,
       pg_stat_get_dead_tuples(c.oid) AS dead
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
  AND (array_to_string(c.reloptions, ' ') LIKE '%%autovacuum_enabled%%'
       OR array_to_string(t.reloptions, ' ') LIKE '%%autovacuum_enabled%%')
ORDER BY c.relpages DESC, 1, 2
