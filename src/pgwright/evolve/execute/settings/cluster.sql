SELECT part.oid::bigint, 0, ARRAY[coalesce((
    SELECT pg_catalog.format('CLUSTER ON %%I', x.relname)
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = part.oid AND i.indisclustered), 'SET WITHOUT CLUSTER')]
FROM part ORDER BY 1
