-- The indexes of tables, with all that tells two of them apart. Sizes are asked of the file system where that does not
-- take long; in a large database they are those of the last VACUUM or ANALYZE.
SELECT i.indexrelid::bigint, i.indrelid::bigint, n.nspname::text, c.relname::text, c.relkind = 'I', m.amname::text,
       k.texts, i.indkey::int2[]::int[], i.indnkeyatts::int, k.families, k.inputs, k.stored, k.options, k.collations,
       i.indoption::int2[]::int[], pg_catalog.pg_get_indexdef(i.indexrelid),
       coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), ''), coalesce(c.reloptions, '{}'),
       coalesce(t.spcname::text, ''), i.indisunique, NOT coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false),
       i.indimmediate, i.indisprimary, i.indisreplident AND r.relreplident = 'i', i.indisclustered,
       i.indisvalid AND i.indisready AND i.indislive,
       coalesce(b.conname::text, ''), coalesce(b.contype::text, ''), coalesce(b.conexclop::bigint[], '{}'),
       coalesce(f.names, '{}'), h.inhparent::bigint,
       CASE WHEN c.relkind = 'I' THEN 0 WHEN %(exact)s THEN coalesce(pg_catalog.pg_relation_size(c.oid), 0)
           ELSE c.relpages * pg_catalog.current_setting('block_size')::bigint END,
       c.reltuples::float8, coalesce(pg_catalog.pg_stat_get_numscans(c.oid), 0),
       CASE WHEN current_setting('track_commit_timestamp')::bool
           THEN extract(epoch FROM now() - pg_catalog.pg_xact_commit_timestamp(c.xmin))::float8 END,
       pg_catalog.age(c.xmin)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am m ON m.oid = c.relam
LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_catalog.pg_constraint b
       ON b.conrelid = i.indrelid AND b.conindid = i.indexrelid AND b.contype IN ('p', 'u', 'x')
LEFT JOIN (SELECT q.conindid, array_agg(q.conname || ' of ' || qn.nspname || '.' || qc.relname
                                        ORDER BY qn.nspname, qc.relname, q.conname) AS names
           FROM pg_catalog.pg_constraint q
           JOIN pg_catalog.pg_class qc ON qc.oid = q.conrelid
           JOIN pg_catalog.pg_namespace qn ON qn.oid = qc.relnamespace
           WHERE q.contype = 'f' GROUP BY q.conindid) f ON f.conindid = i.indexrelid
CROSS JOIN LATERAL (
    SELECT array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, a.attnum, true) ORDER BY a.attnum) AS texts,
           array_agg(coalesce(o.opcfamily, 0)::bigint ORDER BY a.attnum) AS families,
           array_agg(coalesce(o.opcintype, 0)::bigint ORDER BY a.attnum) AS inputs,
           array_agg(coalesce(o.opckeytype, 0)::bigint ORDER BY a.attnum) AS stored,
           array_agg(coalesce(array_to_string(a.attoptions, ', '), '') ORDER BY a.attnum) AS options,
           array_agg(coalesce(ln.nspname || '.' || l.collname, '') ORDER BY a.attnum) AS collations
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_opclass o ON o.oid = (i.indclass::oid[])[a.attnum - 1]
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = (i.indcollation::oid[])[a.attnum - 1]
    LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
    WHERE a.attrelid = i.indexrelid AND a.attnum > 0) k
WHERE i.indrelid = ANY (%(tables)s::oid[]) AND i.indexrelid <> ALL (%(locked)s::oid[])
ORDER BY i.indrelid, i.indexrelid
