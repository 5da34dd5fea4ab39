-- Large tables with the size that their rows would need, by the average widths of ANALYZE. An estimate: padding between
-- columns is not in it, and of columns whose statistics the role may not read the table is left out (`seen` is false).
WITH large AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relpages, c.relkind,
           greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::float8 AS rows, c.reltuples,
           coalesce((SELECT o.option_value::int FROM pg_options_to_table(c.reloptions) o
                     WHERE o.option_name = 'fillfactor'), 100) AS fillfactor,
           current_setting('block_size')::float8 AS page
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.reltuples >= 0
      AND c.relpages::float8 * current_setting('block_size')::int >= 0.5 * %(bytes)s
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
), wide AS MATERIALIZED (
    SELECT l.oid, count(*) AS columns, count(s.attname) AS known, max(s.null_frac) > 0 AS nulls,
           sum((1 - s.null_frac) * s.avg_width) AS width
    FROM large l
    JOIN pg_attribute a ON a.attrelid = l.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND NOT (a.attgenerated <> '' AND a.attgenerated <> 's')
    LEFT JOIN pg_stats s ON s.schemaname = l.nspname AND s.tablename = l.relname AND s.attname = a.attname
         AND NOT s.inherited
    GROUP BY l.oid
), sized AS (
    SELECT l.*, w.known = w.columns AS seen, pg_relation_size(l.oid)::float8 AS bytes,
           -- header and bitmap of NULLs, then the data, each padded to 8 bytes; and a line pointer
           8 * ceil((23 + CASE WHEN w.nulls THEN ceil(w.columns / 8.0) ELSE 0 END) / 8) + 8 * ceil(w.width / 8) + 4 AS each
    FROM large l JOIN wide w ON w.oid = l.oid
)
SELECT s.oid::bigint AS oid, s.nspname AS schema, s.relname AS name, s.relkind AS kind, s.rows, s.bytes, s.seen,
       CASE WHEN s.seen
            THEN ceil(s.rows / greatest(floor((s.page - 24) * s.fillfactor / 100 / s.each), 1)) * s.page END AS needed
FROM sized s
ORDER BY s.bytes DESC, 2, 3
