-- A partitioned table may have none (17): its partitions begin with the default.
SELECT c.oid::bigint, 0, ARRAY['SET ACCESS METHOD ' || coalesce(pg_catalog.quote_ident(m.amname), 'DEFAULT')]
FROM part JOIN pg_catalog.pg_class c USING (oid) LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam ORDER BY 1
