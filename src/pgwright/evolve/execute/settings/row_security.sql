SELECT c.oid::bigint, 0, ARRAY[CASE WHEN c.relrowsecurity THEN 'ENABLE' ELSE 'DISABLE' END || ' ROW LEVEL SECURITY']
FROM part JOIN pg_catalog.pg_class c USING (oid) ORDER BY 1
