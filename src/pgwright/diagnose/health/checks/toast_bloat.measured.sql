-- The free and dead space of some tables; pgstattuple_approx reads the pages that are not all-visible.
SELECT t.oid::bigint AS oid, (m.dead_tuple_len + m.approx_free_space)::float8 AS waste, m.table_len::float8 AS bytes,
       m.scanned_percent AS scanned
FROM unnest(%(oids)s::oid[]) AS t(oid), LATERAL @pgstattuple@.pgstattuple_approx(t.oid::regclass) AS m
