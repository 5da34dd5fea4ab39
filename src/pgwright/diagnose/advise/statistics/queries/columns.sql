-- Of the columns of large tables, how much of their rows the common values cover; the values themselves are not read.
SELECT a.attrelid::bigint, a.attname::text, nullif(a.attstattarget, -1)::int, v.n_distinct::float8, v.null_frac::float8,
       coalesce(cardinality(v.most_common_freqs), 0), coalesce(f.covered, 0)::float8, coalesce(f.least, 0)::float8
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_stats v ON v.schemaname = n.nspname AND v.tablename = c.relname AND v.attname = a.attname
     AND v.inherited = (c.relkind = 'p')
CROSS JOIN LATERAL (SELECT sum(each) AS covered, min(each) AS least FROM unnest(v.most_common_freqs) each) f
WHERE c.oid = ANY (%(oids)s::oid[])
ORDER BY a.attrelid, a.attnum
