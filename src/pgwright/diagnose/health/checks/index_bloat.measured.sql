-- How full the leaves of some indexes are, and pages that nothing uses; pgstatindex reads the whole index.
SELECT t.oid::bigint AS oid, m.index_size::float8 AS bytes,
       ((m.empty_pages + m.deleted_pages) * current_setting('block_size')::float8
        + m.leaf_pages * current_setting('block_size')::float8
          * greatest(1 - coalesce(nullif(m.avg_leaf_density, 'NaN'), 0) / 90, 0)) AS waste
FROM unnest(%(oids)s::oid[]) AS t(oid), LATERAL @pgstattuple@.pgstatindex(t.oid::regclass) AS m
