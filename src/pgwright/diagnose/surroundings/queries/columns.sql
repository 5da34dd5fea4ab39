-- The columns of relations, with the statistics that the role may read. A collation sorts bytewise for the
-- planner where its provider is builtin, or its locale is C or POSIX; C.UTF-8 of libc does not (14 to 18).
SELECT a.attrelid::bigint, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
       coalesce(l.collname::text, ''),
       CASE CASE l.collprovider::text WHEN 'd' THEN coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')
                                       ELSE l.collprovider::text END
           WHEN 'i' THEN false
           WHEN 'c' THEN coalesce(nullif(l.collcollate::text, ''), d.datcollate::text) IN ('C', 'POSIX')
           ELSE true END,
       s.n_distinct::float8, s.null_frac::float8, s.correlation::float8, s.avg_width,
       nullif(a.attstattarget, -1)::int,
       CASE WHEN a.attname = ANY (%(compared)s::text[]) THEN s.most_common_vals::text::text[] END,
       CASE WHEN a.attname = ANY (%(compared)s::text[]) THEN s.most_common_freqs::float8[] END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_database d ON d.datname = current_database()
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
     AND s.inherited = (c.relkind = 'p')
WHERE a.attrelid = ANY (%(oids)s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
