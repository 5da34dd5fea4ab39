-- When indexes were last read, as ages in seconds: 16 and newer.
SELECT s.oid::bigint, extract(epoch FROM now() - pg_catalog.pg_stat_get_lastscan(s.oid))::float8
FROM unnest(%(indexes)s::oid[]) s(oid) WHERE pg_catalog.pg_stat_get_lastscan(s.oid) IS NOT NULL
