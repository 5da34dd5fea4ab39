SELECT c.oid::bigint, 0,
       ARRAY[CASE WHEN c.relforcerowsecurity THEN 'FORCE' ELSE 'NO FORCE' END || ' ROW LEVEL SECURITY']
FROM part JOIN pg_catalog.pg_class c USING (oid) ORDER BY 1
