-- None of its own is that of the database.
SELECT c.oid::bigint, 0, ARRAY[pg_catalog.format('SET TABLESPACE %%I', coalesce(s.spcname, (
    SELECT o.spcname FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace o ON o.oid = d.dattablespace
    WHERE d.datname = pg_catalog.current_database())))]
FROM part JOIN pg_catalog.pg_class c USING (oid) LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
ORDER BY 1
