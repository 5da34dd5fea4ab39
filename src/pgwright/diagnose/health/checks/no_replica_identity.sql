-- Published tables whose updates and deletes cannot be told to a subscriber: every one of them is an error.
-- `index` is a unique index that could be the identity. Partitions count themselves: they are what is written.
SELECT n.nspname AS schema, c.relname AS name, c.relreplident AS identity,
       string_agg(DISTINCT p.pubname, ', ' ORDER BY p.pubname) AS publications,
       (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
          AND i.indexprs IS NULL
          AND NOT EXISTS (SELECT FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) AS k(number)
                          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number WHERE NOT a.attnotnull)
        ORDER BY i.indisprimary DESC, i.indnkeyatts, x.relname LIMIT 1) AS "index",
       coalesce(pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid), 0) AS changes
FROM pg_publication p
CROSS JOIN LATERAL pg_get_publication_tables(p.pubname) t
JOIN pg_class root ON root.oid = t.relid
CROSS JOIN LATERAL (SELECT root.oid WHERE root.relkind <> 'p'
                    UNION ALL SELECT r.relid FROM pg_partition_tree(root.oid) r WHERE root.relkind = 'p' AND r.isleaf) leaf(oid)
JOIN pg_class c ON c.oid = leaf.oid AND c.relkind = 'r' AND c.relpersistence = 'p'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (p.pubupdate OR p.pubdelete)
  AND (c.relreplident = 'n'
       OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
       OR c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident))
GROUP BY n.nspname, c.relname, c.relreplident, c.oid
ORDER BY changes DESC, 1, 2
