-- Those of the names, or with an empty list all that are not internal.
SELECT t.tgrelid::bigint, 0, pg_catalog.array_agg(CASE t.tgenabled
    WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END
    || ' TRIGGER ' || pg_catalog.quote_ident(t.tgname) ORDER BY t.tgname)
FROM part JOIN pg_catalog.pg_trigger t ON t.tgrelid = part.oid
WHERE CASE WHEN %(names)s::text[] = '{}' THEN NOT t.tgisinternal OR t.tgparentid <> 0 ELSE t.tgname = ANY(%(names)s) END
GROUP BY 1 ORDER BY 1
