-- Puts a table, and all that is partitioned or inherited below it, on the file of the table %(empty)s, and tells what
-- pg_class said before: CREATE INDEX counts the rows again.
WITH RECURSIVE below AS (
    SELECT %(table)s::regclass::oid AS oid
    UNION
    SELECT i.inhrelid FROM below b JOIN pg_catalog.pg_inherits i ON i.inhparent = b.oid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
), before AS (
    SELECT c.oid, c.relfilenode, c.relpages, c.reltuples, c.relallvisible
    FROM pg_catalog.pg_class c JOIN below b ON b.oid = c.oid WHERE c.relkind IN ('r', 'm')
), swapped AS (
    UPDATE pg_catalog.pg_class c SET relfilenode = e.relfilenode
    FROM before b, pg_catalog.pg_class e
    WHERE c.oid = b.oid AND e.oid = %(empty)s::regclass
    RETURNING c.oid
)
SELECT b.oid::bigint, b.relfilenode::bigint, b.relpages, b.reltuples, b.relallvisible
FROM before b JOIN swapped s ON s.oid = b.oid
