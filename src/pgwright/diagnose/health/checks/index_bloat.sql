-- Large b-trees with the size that they would have if they were built now: an estimate by the average widths of ANALYZE.
-- Equal keys are stored once with a list of their rows (13 and newer); how many are equal is known of one column only, so
-- an index of several is reckoned without, which makes the estimate too large and never finds what is not there.
WITH large AS MATERIALIZED (
    SELECT c.oid, i.indrelid, i.indkey::int2[] AS keys, i.indnatts, i.indisunique, n.nspname, c.relname, t.relname AS "table",
           tn.nspname AS table_schema, greatest(c.reltuples, 0)::float8 AS rows, m.option_value AS fillfactor,
           coalesce((SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
                     WHERE o.option_name = 'deduplicate_items'), 'on') NOT IN ('off', 'false', 'no', '0') AS deduplicated,
           t.reltuples, current_setting('block_size')::float8 AS page
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' AND c.relpersistence <> 't'
    JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    LEFT JOIN LATERAL (SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
                       WHERE o.option_name = 'fillfactor') m ON true
    WHERE i.indisvalid AND t.reltuples >= 0
      AND c.relpages::float8 * current_setting('block_size')::int >= 0.5 * %(bytes)s
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
), wide AS MATERIALIZED (
    SELECT l.oid, count(*) AS columns, count(s.attname) AS known, max(s.null_frac) > 0 AS nulls,
           sum((1 - s.null_frac) * s.avg_width) AS width, min(s.n_distinct) AS different, max(s.null_frac) AS null_share
    FROM large l
    CROSS JOIN LATERAL unnest(l.keys) WITH ORDINALITY AS k(number, place)
    LEFT JOIN pg_attribute a ON a.attrelid = l.indrelid AND a.attnum = k.number AND k.number > 0
    LEFT JOIN pg_attribute e ON e.attrelid = l.oid AND e.attnum = k.place AND k.number = 0
    LEFT JOIN pg_stats s ON NOT s.inherited AND (
         s.schemaname = l.table_schema AND s.tablename = l."table" AND s.attname = a.attname
         OR s.schemaname = l.nspname AND s.tablename = l.relname AND s.attname = e.attname)
    GROUP BY l.oid
), sized AS (
    SELECT l.*, w.known = w.columns AS seen, w.columns, pg_relation_size(l.oid)::float8 AS bytes,
           8 * ceil((8 + CASE WHEN w.nulls THEN 4 ELSE 0 END + w.width) / 8) + 4 AS each,
           CASE WHEN w.different < 0 THEN -w.different * l.rows ELSE w.different END + 1 AS groups
    FROM large l JOIN wide w ON w.oid = l.oid
)
SELECT s.oid::bigint AS oid, s.nspname AS schema, s.relname AS name, s.table_schema, s."table", s.rows, s.bytes, s.seen,
       CASE WHEN s.seen THEN
           -- 1 %% more for the pages above the leaves, and a page of its own
           ceil(1.01 * CASE WHEN s.columns = 1 AND s.deduplicated AND NOT s.indisunique
                            THEN least(s.rows * s.each, s.groups * s.each + 1.1 * 6 * s.rows)
                            ELSE s.rows * s.each END
                / ((s.page - 40) * coalesce(s.fillfactor::int, 90) / 100) + 1) * s.page END AS needed
FROM sized s
ORDER BY s.bytes DESC, 2, 3
