-- The extended statistics that the clone has: on which relation, all of its columns by number, and what they are on.
SELECT n.nspname::text, e.stxname::text, cn.nspname::text, c.relname::text,
       (SELECT pg_catalog.jsonb_object_agg(a.attname, a.attnum) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = e.stxrelid AND a.attnum > 0 AND NOT a.attisdropped),
       ARRAY(SELECT a.attname::text FROM unnest(e.stxkeys::int2[]) WITH ORDINALITY k(number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = e.stxrelid AND a.attnum = k.number ORDER BY k.place),
       coalesce(pg_catalog.pg_get_statisticsobjdef_expressions(e.oid), '{}')
FROM pg_catalog.pg_statistic_ext e
JOIN pg_catalog.pg_namespace n ON n.oid = e.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = e.stxrelid
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
