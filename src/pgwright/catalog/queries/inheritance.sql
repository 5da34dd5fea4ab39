-- Inheritance of tables, partitions included, in order of the parents.
SELECT i.inhrelid, i.inhparent, i.inhdetachpending
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE c.relkind IN ('r', 'p', 'f')
ORDER BY i.inhrelid, i.inhseqno
