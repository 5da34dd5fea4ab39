-- How far sequences, and integer keys without one, are on their way to the end of their range.
-- Only those that used up a hundredth. `limit` is the nearer end: that of the sequence or of the column's type. The row
-- `hidden` counts sequences whose last value the role may not read.
WITH ranges(type, least, most) AS (
    VALUES ('int2'::regtype::oid, -32768::numeric, 32767::numeric), ('int4'::regtype, -2147483648, 2147483647),
           ('int8'::regtype, -9223372036854775808, 9223372036854775807)
), used AS (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number, d.deptype
    FROM pg_depend d
    JOIN pg_sequence q ON q.seqrelid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
      AND d.deptype IN ('a', 'i')
    UNION
    SELECT d.refobjid, f.adrelid, f.adnum, 'n'
    FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
      AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = d.refobjid
                      AND o.refobjid = f.adrelid AND o.refobjsubid = f.adnum AND o.deptype IN ('a', 'i'))
), sequences AS MATERIALIZED (
    SELECT s.seqrelid, s.seqincrement > 0 AS rises, s.seqmin, s.seqmax, s.seqtypid, n.nspname, c.relname,
           CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') THEN pg_sequence_last_value(s.seqrelid) END AS last,
           has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') AS readable
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT s.seqcycle AND c.relpersistence <> 't'
), found AS (
    SELECT s.*, u.relation, u.number, u.deptype, t.attname, t.atttypid, t.relname AS "table", t.nspname AS table_schema,
           CASE WHEN s.rises THEN least(s.seqmax, g.most) ELSE greatest(s.seqmin, g.least) END AS "limit",
           CASE WHEN s.rises THEN s.seqmin ELSE s.seqmax END AS start
    FROM sequences s
    LEFT JOIN used u ON u.sequence = s.seqrelid
    LEFT JOIN LATERAL (  -- looked up one by one: the planner knows nothing of how few there are
        SELECT a.attname, a.atttypid, r.relname, n.nspname, r.relispartition
        FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE a.attrelid = u.relation AND a.attnum = u.number
        OFFSET 0) t ON true
    LEFT JOIN ranges g ON g.type = t.atttypid
    WHERE abs(s.last - CASE WHEN s.rises THEN s.seqmin ELSE s.seqmax END) > 300  -- a hundredth of the smallest type
      AND NOT coalesce(t.relispartition, false)
), children AS MATERIALIZED (
    SELECT c.confrelid AS relation, e.target AS number,
           jsonb_agg(jsonb_build_array(n.nspname, k.relname, a.attname, a.atttypid::regtype::text, g.most)
                     ORDER BY n.nspname, k.relname, a.attname) AS children
    FROM pg_constraint c
    CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS e(own, target)
    JOIN pg_class k ON k.oid = c.conrelid AND NOT k.relispartition
    JOIN pg_namespace n ON n.oid = k.relnamespace
    JOIN pg_attribute a ON a.attrelid = k.oid AND a.attnum = e.own
    JOIN ranges g ON g.type = a.atttypid AND g.most < 9e18
    WHERE c.contype = 'f' AND c.conparentid = 0
    GROUP BY c.confrelid, e.target
), narrow AS MATERIALIZED (
    SELECT c.oid AS relation, a.attnum AS number, n.nspname AS schema, c.relname AS name, a.attname, a.atttypid, g.most,
           (SELECT max(v) FROM unnest(p.histogram_bounds::text::numeric[] || p.most_common_vals::text::numeric[]) v) AS last
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    JOIN ranges g ON g.type = a.atttypid AND g.most < 9e18
    JOIN pg_stats p ON p.schemaname = n.nspname AND p.tablename = c.relname AND p.attname = a.attname
         AND p.inherited = (c.relkind = 'p')
    WHERE i.indisprimary AND i.indnkeyatts = 1 AND NOT c.relispartition AND a.attidentity = ''
      AND NOT EXISTS (SELECT FROM used u WHERE u.relation = c.oid AND u.number = a.attnum)
      AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND a.attnum = ANY (f.conkey))
)
SELECT 'sequence' AS kind, f.seqrelid::bigint AS oid, f.nspname AS schema, f.relname AS name, f.table_schema, f."table",
       f.attname AS "column", f.atttypid::regtype::text AS type, f.seqtypid::regtype::text AS sequence_type,
       f.deptype = 'i' AS identity, f.rises, f.last, f."limit"::bigint AS "limit", f.start,
       k.children,
       NULL::bigint AS hidden, NULL::text[] AS schemas
FROM found f
LEFT JOIN children k ON k.relation = f.relation AND k.number = f.number
WHERE abs(f.last - f.start) >= 0.01 * abs(f."limit" - f.start) OR f."limit" IS NULL OR k.children IS NOT NULL
UNION ALL
SELECT 'column', w.relation::bigint, NULL, NULL, w.schema, w.name, w.attname, w.atttypid::regtype::text, NULL, false, true,
       w.last::bigint, w.most::bigint, 0, NULL, NULL, NULL
FROM narrow w
WHERE w.last >= 0.01 * w.most
UNION ALL
SELECT 'hidden', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, true, NULL, NULL, NULL, NULL, count(*),
       array_agg(DISTINCT s.nspname ORDER BY s.nspname)
FROM sequences s
WHERE NOT s.readable
HAVING count(*) > 0
ORDER BY 1, 2, 5, 6, 7
