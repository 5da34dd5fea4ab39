SELECT c.oid::bigint, 0, ARRAY[coalesce((
    SELECT pg_catalog.format('OF %%I.%%I', n.nspname, t.typname) FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = c.reloftype), 'NOT OF')]
FROM part JOIN pg_catalog.pg_class c USING (oid) ORDER BY 1
