-- The columns that store values of a domain: plain ones, of domains of it too, and (inside) those of arrays, composite
-- types, row types and ranges that have it inside of them.
WITH RECURSIVE kept (oid, inside) AS (
    SELECT %(domain)s::oid, false
    UNION
    SELECT next.oid, next.inside OR kept.inside FROM kept, LATERAL (
        SELECT t.oid, false FROM pg_type t WHERE t.typbasetype = kept.oid AND t.typtype = 'd'
        UNION ALL
        SELECT t.oid, true FROM pg_type t WHERE t.typelem = kept.oid AND t.typcategory = 'A'
        UNION ALL
        SELECT c.reltype, true FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.atttypid = kept.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.reltype <> 0
        UNION ALL
        SELECT x.oid, true FROM pg_range r, LATERAL (VALUES (r.rngtypid), (r.rngmultitypid)) x (oid)
        WHERE r.rngsubtype = kept.oid
    ) next (oid, inside)
)
SELECT c.oid::bigint,
       CASE WHEN kept.inside THEN format('%%I.%%I.%%I', n.nspname, c.relname, a.attname) ELSE a.attname::text END,
       kept.inside
FROM kept JOIN pg_attribute a ON a.atttypid = kept.oid JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'm', 'p') AND (kept.inside OR c.relkind <> 'p')
ORDER BY c.oid, a.attnum
