-- Functions with these names that keep every statement which calls them in one process, although they write nothing.
SELECT n.nspname::text, p.proname::text, pg_catalog.pg_get_function_identity_arguments(p.oid)
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.proname = ANY (%(names)s::name[]) AND p.proparallel = 'u' AND p.provolatile <> 'v' AND p.prokind = 'f'
  AND l.lanname IN ('sql', 'plpgsql') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2, 3
