-- Prepared transactions, which no session owns. Every role may read them.
SELECT p.gid,
       p.owner::text AS "user",
       p.database::text AS database,
       extract(epoch FROM clock_timestamp() - p.prepared)::float8 AS age
FROM pg_catalog.pg_prepared_xacts p
ORDER BY p.prepared, p.gid
