-- Statistics objects. Columns of expressions come with dependencies.sql.
SELECT s.oid, s.stxrelid, n.nspname::text, s.stxname::text, s.stxkeys::int2[]::int[],
       CASE WHEN s.stxrelid = ANY (%(locked)s::oid[]) THEN '' ELSE pg_get_statisticsobjdef(s.oid) END
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
WHERE s.stxrelid = ANY (%(relations)s::oid[])
ORDER BY s.stxrelid, s.oid
