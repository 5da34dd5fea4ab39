-- The valid indexes of the user's schemas but those of partitions, each with its table, and the oids and names by which
-- plans call it: its own, or of a partitioned one those below it.
SELECT n.nspname::text, c.relname::text, tn.nspname::text, t.relname::text,
       coalesce(p.oids, ARRAY[c.oid::bigint]), coalesce(p.names, ARRAY[c.relname::text])
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN LATERAL (
    SELECT array_agg(b.oid::bigint) AS oids, array_agg(b.relname::text) AS names
    FROM pg_catalog.pg_partition_tree(c.oid) f JOIN pg_catalog.pg_class b ON b.oid = f.relid
) p ON c.relkind = 'I'
WHERE x.indisvalid AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
      AND NOT t.relispartition
ORDER BY 1, 2
