-- Every place where statistics may show values of the columns %(columns)s, an array of (schema, relation, attribute): the
-- columns themselves, those of parents, partitions and children, those that a foreign key ties to them; of their tables
-- the generated columns and the expressions of indexes; and all of a view that reads one of these tables, because a
-- materialized one keeps what it read. Rather too much than too little.
WITH RECURSIVE named AS (
    SELECT x.* FROM pg_catalog.jsonb_to_recordset(%(columns)s) AS x(schema name, relation name, attribute name)
), wanted AS (
    SELECT a.attrelid AS relation, a.attname AS attribute
    FROM named x
    JOIN pg_catalog.pg_namespace n ON n.nspname = x.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = x.relation
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = x.attribute AND NOT a.attisdropped
    UNION
    SELECT f.relation, f.attribute
    FROM wanted w
    CROSS JOIN LATERAL (
        SELECT i.inhrelid AS relation, w.attribute FROM pg_catalog.pg_inherits i WHERE i.inhparent = w.relation
        UNION ALL
        SELECT i.inhparent, w.attribute FROM pg_catalog.pg_inherits i WHERE i.inhrelid = w.relation
        UNION ALL
        SELECT g.attrelid, g.attname FROM pg_catalog.pg_attribute g
        WHERE g.attrelid = w.relation AND g.attgenerated <> '' AND NOT g.attisdropped
        UNION ALL
        SELECT o.attrelid, o.attname
        FROM pg_catalog.pg_constraint k
        CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair(here, there)
        JOIN pg_catalog.pg_attribute o
            ON (o.attrelid, o.attnum) IN ((k.conrelid, pair.here), (k.confrelid, pair.there))
        JOIN pg_catalog.pg_attribute s
            ON (s.attrelid, s.attnum) IN ((k.conrelid, pair.here), (k.confrelid, pair.there))
        WHERE k.contype = 'f' AND w.relation IN (k.conrelid, k.confrelid)
          AND s.attrelid = w.relation AND s.attname = w.attribute
        UNION ALL
        SELECT r.ev_class, v.attname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND r.ev_class <> w.relation
        JOIN pg_catalog.pg_attribute v ON v.attrelid = r.ev_class AND v.attnum > 0
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = w.relation
    ) f
), places AS (
    SELECT relation, attribute FROM wanted
    UNION
    SELECT i.indexrelid, a.attname
    FROM wanted w
    JOIN pg_catalog.pg_index i ON i.indrelid = w.relation AND i.indexprs IS NOT NULL
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indexrelid
)
SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
           'schema', n.nspname, 'relation', c.relname, 'attribute', p.attribute)), '[]')::text,
       ARRAY(SELECT x.schema || '.' || x.relation || '.' || x.attribute FROM named x
             WHERE NOT EXISTS (SELECT FROM wanted w JOIN pg_catalog.pg_class k ON k.oid = w.relation
                               JOIN pg_catalog.pg_namespace m ON m.oid = k.relnamespace
                               WHERE m.nspname = x.schema AND k.relname = x.relation AND w.attribute = x.attribute))
FROM places p
JOIN pg_catalog.pg_class c ON c.oid = p.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
