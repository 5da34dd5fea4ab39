-- The relations of a plan: %(names)s are pairs of schema (may be empty: any of the search path) and name.
SELECT c.oid::bigint, CASE wanted.schema WHEN 'pg_temp' THEN 'pg_temp' ELSE n.nspname END, c.relname,
       c.relkind::text, c.reltuples::float8,
       (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint)::bigint,
       CASE WHEN c.relpages > 0 THEN least(c.relallvisible::float8 / c.relpages, 1) ELSE 0 END,
       coalesce(s.n_live_tup, 0), coalesce(s.n_dead_tup, 0), coalesce(s.n_mod_since_analyze, 0),
       extract(epoch FROM now() - greatest(s.last_analyze, s.last_autoanalyze))::float8,
       coalesce((SELECT split_part(o, '=', 2)::int FROM unnest(c.reloptions) o WHERE o LIKE 'fillfactor=%%'), 100),
       (SELECT ARRAY[pn.nspname::text, p.relname::text] FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
        JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid AND c.relispartition),
       coalesce((SELECT array_agg(a.attname::text ORDER BY k.n)
                 FROM pg_catalog.pg_partitioned_table t, unnest(t.partattrs::int2[]) WITH ORDINALITY k(num, n)
                 JOIN pg_catalog.pg_attribute a ON a.attnum = k.num AND a.attrelid = c.oid
                 WHERE t.partrelid = c.oid), '{}'),
       c.relpages, coalesce(s.n_tup_upd + s.n_tup_del, 0)
FROM unnest(%(schemas)s::text[], %(names)s::text[]) wanted(schema, name)
JOIN pg_catalog.pg_class c ON c.relname = wanted.name AND c.relkind IN ('r', 'p', 'm', 'f')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
WHERE n.nspname = wanted.schema
   OR wanted.schema = 'pg_temp' AND n.oid = pg_catalog.pg_my_temp_schema()  -- as EXPLAIN calls it from 15 on
   OR wanted.schema = '' AND (n.nspname = ANY (pg_catalog.current_schemas(true)) OR c.relpersistence = 't')
