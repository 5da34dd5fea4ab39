-- The extended statistics that this transaction has made: what their table is, as the planner counts it (a partitioned
-- table with its partitions), and what they are on. `columns` are all that they read, by number, and `keys` those that
-- they are on by themselves; `target` is their own, else the largest of their columns, as ANALYZE takes it.
WITH made AS (
    SELECT * FROM pg_catalog.pg_statistic_ext WHERE xmin = pg_catalog.pg_current_xact_id()::xid
), leaves AS (
    SELECT m.oid AS made, l.oid, l.reltuples
    FROM made m
    CROSS JOIN LATERAL (
        SELECT c.oid, c.reltuples FROM pg_catalog.pg_class c WHERE c.oid = m.stxrelid AND c.relkind <> 'p'
        UNION
        SELECT c.oid, c.reltuples FROM pg_catalog.pg_partition_tree(m.stxrelid) t
        JOIN pg_catalog.pg_class c ON c.oid = t.relid WHERE t.isleaf
    ) l
)
SELECT m.oid::bigint, n.nspname::text, c.relname::text, c.relkind = 'p', c.relhassubclass AND c.relkind <> 'p',
       (SELECT coalesce(sum(greatest(l.reltuples, 0)), 0)::float8 FROM leaves l WHERE l.made = m.oid),
       (SELECT coalesce(sum(pg_catalog.pg_relation_size(l.oid)), 0)::float8 / 8192 FROM leaves l WHERE l.made = m.oid),
       (SELECT pg_catalog.jsonb_object_agg(a.attnum, a.attname) FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_statistic_ext'::regclass AND d.objid = m.oid
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid),
       m.stxkeys::int2[], coalesce(pg_catalog.pg_get_statisticsobjdef_expressions(m.oid), '{}'), m.stxkind::text[],
       greatest(coalesce(
           nullif(m.stxstattarget, -1),
           (SELECT max(nullif(a.attstattarget, -1)) FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (m.stxkeys)),
           current_setting('default_statistics_target')::int), 1)::int
FROM made m
JOIN pg_catalog.pg_class c ON c.oid = m.stxrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
