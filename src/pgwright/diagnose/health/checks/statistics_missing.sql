-- Tables with rows of which the planner knows nothing: never analyzed. Of a partitioned table its own statistics count,
-- which autovacuum never makes. `seen` says whether the role may see the statistics; where it may not, only a table
-- without any count of its rows is known to lack them.
WITH known AS MATERIALIZED (
    SELECT DISTINCT s.schemaname, s.tablename, s.inherited FROM pg_stats s
), bare AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relpages,
           pg_stat_get_last_analyze_time(c.oid) IS NULL AND pg_stat_get_last_autoanalyze_time(c.oid) IS NULL AS never
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND NOT EXISTS (SELECT FROM known k WHERE k.schemaname = n.nspname AND k.tablename = c.relname
                      AND k.inherited = (c.relkind = 'p'))
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
), counted AS (
    SELECT b.*, has_any_column_privilege(b.oid, 'SELECT') AND NOT row_security_active(b.oid) AS visible, size.rows
    FROM bare b
    CROSS JOIN LATERAL (
        SELECT sum(greatest(l.reltuples, pg_stat_get_live_tuples(l.oid), 0))::float8 AS rows
        FROM (SELECT b.oid WHERE b.relkind <> 'p'
              UNION ALL SELECT r.relid FROM pg_partition_tree(CASE WHEN b.relkind = 'p' THEN b.oid END) r WHERE r.isleaf
             ) AS leaf(oid)
        JOIN pg_class l ON l.oid = leaf.oid
    ) size
)
SELECT c.nspname AS schema, c.relname AS name, c.relkind AS kind, c.rows, c.visible OR c.reltuples < 0 AS seen
FROM counted c
WHERE c.never AND (c.rows >= %(rows)s OR c.reltuples < 0 AND c.relkind <> 'p' AND pg_relation_size(c.oid) >= 1000000)
ORDER BY c.rows DESC, 1, 2
