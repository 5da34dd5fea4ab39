-- What the columns %(keys)s and %(included)s of a table hold, as far as pg_stats tells: for the table, or each partition
-- below it that has rows, its rows and pages, and the columns as `index_size.Column`. Of a column without statistics
-- `width` is NULL. Equal values share an entry where they are the same bytes: the fourth support function of their
-- operator class says so (14 to 18).
SELECT n.nspname::text, c.relname::text, c.reltuples::float8, c.relpages,
       (SELECT jsonb_agg(jsonb_build_object(
            'is_key', w.number <= cardinality(%(keys)s::text[]), 'length', a.attlen, 'stored', 0, 'align', a.attalign,
            'width', s.avg_width, 'nulls', coalesce(s.null_frac, 0), 'distinct', coalesce(s.n_distinct, 0),
            'elements', 0, 'common', '[]'::jsonb, 'rarest', 0, 'element_width', 8, 'operator_class', '',
            'equal_is_same', (y.typtype = 'e' OR EXISTS (
                SELECT FROM pg_catalog.pg_opclass o
                JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
                JOIN pg_catalog.pg_amproc p ON p.amprocfamily = o.opcfamily AND p.amprocnum = 4
                     AND p.amproclefttype = o.opcintype AND p.amprocrighttype = o.opcintype
                WHERE o.opcdefault AND o.opcintype = CASE WHEN y.typtype = 'd' THEN y.typbasetype
                      WHEN a.atttypid = 'pg_catalog.varchar'::regtype THEN 'pg_catalog.text'::regtype
                      ELSE a.atttypid END))
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_collation l
                                WHERE l.oid = a.attcollation AND NOT l.collisdeterministic),
            'is_sorted', false, 'expression', pg_catalog.quote_ident(a.attname)) ORDER BY w.number)
        FROM unnest(%(keys)s::text[] || %(included)s::text[]) WITH ORDINALITY w(name, number)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = w.name
        JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_stats s
             ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited)
FROM (SELECT relid FROM pg_catalog.pg_partition_tree(%(table)s::regclass) WHERE isleaf
      UNION SELECT %(table)s::regclass) f
JOIN pg_catalog.pg_class c ON c.oid = f.relid AND c.relkind IN ('r', 'm')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY 1, 2
