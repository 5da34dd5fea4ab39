SELECT c.oid::bigint, 0, ARRAY['REPLICA IDENTITY ' || CASE c.relreplident
    WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'd' THEN 'DEFAULT' ELSE coalesce((
        SELECT pg_catalog.format('USING INDEX %%I', x.relname)
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisreplident), 'NOTHING') END]
FROM part JOIN pg_catalog.pg_class c USING (oid) ORDER BY 1
