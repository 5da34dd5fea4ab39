-- Puts back what `swap.sql` found.
UPDATE pg_catalog.pg_class c
SET relfilenode = (x ->> 1)::oid, relpages = (x ->> 2)::int, reltuples = (x ->> 3)::real, relallvisible = (x ->> 4)::int
FROM pg_catalog.jsonb_array_elements(%(before)s) x
WHERE c.oid = (x ->> 0)::oid
