-- An empty row for all extended statistics of which the source has, or shows, none.
INSERT INTO pg_catalog.pg_statistic_ext_data (stxoid)
SELECT e.oid FROM pg_catalog.pg_statistic_ext e
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_statistic_ext_data d WHERE d.stxoid = e.oid)
