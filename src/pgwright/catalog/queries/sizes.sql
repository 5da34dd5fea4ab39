-- Bytes of tables (heap and TOAST) and of indexes, asked of the file system. A locked relation is left out.
SELECT c.oid, CASE WHEN c.relkind IN ('i', 'I') THEN pg_relation_size(c.oid) ELSE pg_table_size(c.oid) END,
       pg_relation_size(c.oid) / current_setting('block_size')::int
FROM pg_class c
WHERE c.oid = ANY (%(sized)s::oid[]) AND c.relkind IN ('r', 'm', 'i') AND c.oid <> ALL (%(locked)s::oid[])
