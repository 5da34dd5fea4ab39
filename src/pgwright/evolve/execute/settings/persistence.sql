SELECT c.oid::bigint, 0, ARRAY[CASE c.relpersistence WHEN 'u' THEN 'SET UNLOGGED' ELSE 'SET LOGGED' END]
FROM part JOIN pg_catalog.pg_class c USING (oid) ORDER BY 1
