-- The owner, and by statements of their own the rights that were granted: a change of owner merges those of both.
SELECT c.oid::bigint, 0, ARRAY[pg_catalog.format('OWNER TO %%I', pg_catalog.pg_get_userbyid(c.relowner))]
FROM part JOIN pg_catalog.pg_class c USING (oid) ORDER BY 1
