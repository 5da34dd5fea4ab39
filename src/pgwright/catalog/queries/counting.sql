-- Since when counters count: the later of the reset of this database's and the oldest beginning of the cluster's.
SELECT extract(epoch FROM now() - greatest(d.stats_reset, least(b.stats_reset, a.stats_reset, w.stats_reset)))::float8
FROM pg_catalog.pg_stat_database d, pg_catalog.pg_stat_bgwriter b, pg_catalog.pg_stat_archiver a,
     pg_catalog.pg_stat_wal w
WHERE d.datname = current_database()
