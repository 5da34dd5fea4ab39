-- Of functions with these names, those of which every one is immutable, so that an index may compute it.
SELECT proname::text FROM pg_catalog.pg_proc WHERE proname = ANY (%(names)s::name[])
GROUP BY proname HAVING bool_and(provolatile = 'i')
