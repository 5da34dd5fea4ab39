SELECT r.ev_class::bigint, 0, pg_catalog.array_agg(CASE r.ev_enabled
    WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END
    || ' RULE ' || pg_catalog.quote_ident(r.rulename) ORDER BY r.rulename)
FROM part JOIN pg_catalog.pg_rewrite r ON r.ev_class = part.oid WHERE r.rulename = ANY(%(names)s)
GROUP BY 1 ORDER BY 1
