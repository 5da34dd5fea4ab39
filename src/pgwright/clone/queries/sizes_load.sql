-- Writes what pg_class of the source counts into that of the clone (no function does this before 18), and tells which
-- files are to be grown: where they are, and how many bytes the keys of an index take: their average width as far as
-- statistics tell, else the length of their types; and how long its table is.
WITH there AS (
    SELECT c.oid, c.relkind, c.reloptions, s.*
    FROM pg_temp.source_sizes s
    JOIN pg_catalog.pg_namespace n ON n.nspname = s.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.relation
), counted AS (
    UPDATE pg_catalog.pg_class c SET relpages = t.pages, reltuples = t.rows, relallvisible = t.visible
    FROM there t WHERE c.oid = t.oid
    RETURNING c.oid
), widths AS (
    SELECT x.indexrelid, sum(CASE WHEN a.attlen > 0 THEN a.attlen ELSE coalesce(t.stawidth, i.stawidth, 16) END) AS bytes
    FROM pg_catalog.pg_index x
    JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indexrelid AND a.attnum <= x.indnkeyatts
    LEFT JOIN pg_catalog.pg_statistic t ON t.starelid = x.indrelid AND NOT t.stainherit
         AND t.staattnum = x.indkey[a.attnum - 1] AND x.indkey[a.attnum - 1] <> 0
    LEFT JOIN pg_catalog.pg_statistic i ON i.starelid = x.indexrelid AND i.staattnum = a.attnum
    GROUP BY x.indexrelid
)
SELECT t.oid::bigint, pg_catalog.pg_relation_filepath(t.oid), t.blocks, coalesce(t.method, ''), coalesce(w.bytes, 0)::int,
       coalesce(h.blocks, 0),
       (SELECT split_part(o, '=', 2)::int FROM unnest(t.reloptions) o WHERE o LIKE 'pages\_per\_range=%')
FROM there t
JOIN counted k ON k.oid = t.oid
LEFT JOIN widths w ON w.indexrelid = t.oid
LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = t.oid
LEFT JOIN there h ON h.oid = x.indrelid
WHERE t.blocks > 0 AND t.relkind IN ('r', 'm', 'i')
