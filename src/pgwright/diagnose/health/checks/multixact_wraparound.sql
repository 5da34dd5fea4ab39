-- How old the oldest multixact ids are: of each database, and of the oldest tables of this one with their TOAST.
-- A multixact is a set of transactions that lock one row together. The next id is the oldest one and its age.
SELECT 'server' AS kind, '' AS schema, '' AS name, '' AS part, 0::bigint AS age,
       (SELECT datminmxid::text::bigint + mxid_age(datminmxid) FROM pg_database WHERE datname = current_database()) AS next,
       current_setting('autovacuum_multixact_freeze_max_age')::bigint AS freeze
UNION ALL
SELECT 'database', '', datname, '', mxid_age(datminmxid), NULL, NULL FROM pg_database
UNION ALL
(SELECT 'table', n.nspname, c.relname, CASE WHEN mxid_age(t.relminmxid) > mxid_age(c.relminmxid) THEN 'TOAST' ELSE '' END,
        greatest(mxid_age(c.relminmxid), mxid_age(t.relminmxid))::bigint, NULL,
        coalesce((SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
                  WHERE o.option_name = 'autovacuum_multixact_freeze_max_age')::bigint, NULL)
 FROM pg_class c
 JOIN pg_namespace n ON n.oid = c.relnamespace
 LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
 ORDER BY 5 DESC
 LIMIT 5)
