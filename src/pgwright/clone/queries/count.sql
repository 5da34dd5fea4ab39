-- Writes what pg_class counts. No function does this before 18, and the clone's server is ours.
UPDATE pg_catalog.pg_class c
SET relpages = x.pages, reltuples = x.rows, relallvisible = x.visible
FROM pg_catalog.jsonb_to_recordset(%(counts)s::jsonb) AS x(oid bigint, pages int, rows real, visible int)
WHERE c.oid = x.oid
