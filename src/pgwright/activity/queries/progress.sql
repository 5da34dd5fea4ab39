-- Long commands that tell how far they are, each with all that its view has: the columns differ between 14 and 18. Names
-- are those of this database only. Of commands of other roles, a role without pg_read_all_stats sees no phase.
WITH told AS (
    SELECT 'vacuum' AS command, p.pid, p.relid, p.datname, to_jsonb(p) AS facts
    FROM pg_catalog.pg_stat_progress_vacuum p
    UNION ALL
    SELECT 'analyze', p.pid, p.relid, p.datname, to_jsonb(p) FROM pg_catalog.pg_stat_progress_analyze p
    UNION ALL
    SELECT lower(p.command), p.pid, p.relid, p.datname, to_jsonb(p) FROM pg_catalog.pg_stat_progress_create_index p
    UNION ALL
    SELECT lower(p.command), p.pid, p.relid, p.datname, to_jsonb(p) FROM pg_catalog.pg_stat_progress_cluster p
    UNION ALL
    SELECT lower(p.command), p.pid, p.relid, p.datname, to_jsonb(p) FROM pg_catalog.pg_stat_progress_copy p
    UNION ALL
    SELECT 'base backup', p.pid, NULL, NULL, to_jsonb(p) FROM pg_catalog.pg_stat_progress_basebackup p
)
SELECT coalesce(t.command, '') AS command,
       t.pid,
       coalesce(t.datname::text, '') AS database,
       CASE WHEN c.oid IS NULL THEN '' ELSE format('%I.%I', n.nspname, c.relname) END AS relation,
       t.facts
FROM told t
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.relid AND t.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY t.pid, t.command
