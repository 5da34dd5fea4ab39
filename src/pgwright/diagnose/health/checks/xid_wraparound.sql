-- How old the oldest transaction ids are: of each database, and of the oldest tables of this one with their TOAST.
-- The row `server` has the number of the next transaction, whose growth is the rate.
SELECT 'server' AS kind, '' AS schema, '' AS name, '' AS part, 0::bigint AS age,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next,
       current_setting('autovacuum_freeze_max_age')::bigint AS freeze, 0::bigint AS bytes
UNION ALL
SELECT 'database', '', datname, '', age(datfrozenxid), NULL, NULL, 0 FROM pg_database
UNION ALL
(SELECT 'table', n.nspname, c.relname, CASE WHEN age(t.relfrozenxid) > age(c.relfrozenxid) THEN 'TOAST' ELSE '' END,
        greatest(age(c.relfrozenxid), age(t.relfrozenxid))::bigint, NULL,
        coalesce((SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
                  WHERE o.option_name = 'autovacuum_freeze_max_age')::bigint, NULL), c.relpages * 8192::bigint
 FROM pg_class c
 JOIN pg_namespace n ON n.oid = c.relnamespace
 LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
 ORDER BY 5 DESC
 LIMIT 5)
