-- Every place where pg_stats has values of the columns %(columns)s, an array of {schema, relation, attribute}: the columns
-- themselves, those of partitions and children, and whatever expression an index of these tables has, which may
-- show what it computes from them.
WITH RECURSIVE wanted AS (
    SELECT c.oid AS relation, x.attribute
    FROM pg_catalog.jsonb_to_recordset(%(columns)s) AS x(schema name, relation name, attribute name)
    JOIN pg_catalog.pg_namespace n ON n.nspname = x.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = x.relation
    UNION
    SELECT i.inhrelid, w.attribute FROM wanted w JOIN pg_catalog.pg_inherits i ON i.inhparent = w.relation
), places AS (
    SELECT relation, attribute FROM wanted
    UNION
    SELECT i.indexrelid, a.attname
    FROM wanted w
    JOIN pg_catalog.pg_index i ON i.indrelid = w.relation AND i.indexprs IS NOT NULL
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indexrelid
)
SELECT coalesce(pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_build_object(
           'schema', n.nspname, 'relation', c.relname, 'attribute', p.attribute)), '[]'),
       (SELECT coalesce(pg_catalog.array_agg(x.schema || '.' || x.relation || '.' || x.attribute), '{}')
        FROM pg_catalog.jsonb_to_recordset(%(columns)s) AS x(schema name, relation name, attribute name)
        WHERE NOT EXISTS (SELECT FROM wanted w JOIN pg_catalog.pg_class k ON k.oid = w.relation
                          JOIN pg_catalog.pg_namespace m ON m.oid = k.relnamespace
                          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.oid AND a.attname = x.attribute
                          WHERE m.nspname = x.schema AND k.relname = x.relation))
FROM places p
JOIN pg_catalog.pg_class c ON c.oid = p.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
