-- How many members of multixacts are kept, by the files that hold them: a segment of 32 pages, each with groups of four
-- members of 4 bytes and their flags, 20 bytes in all. With them the database that has the oldest multixacts.
SELECT 'server' AS kind, current_database() AS name,
       (SELECT count(*) FROM pg_ls_dir('pg_multixact/members') f WHERE f ~ '^[0-9A-F]{4,}$')
       * 32 * (current_setting('block_size')::bigint / 20 * 4) AS members,
       NULL::bigint AS age
UNION ALL
(SELECT 'database', datname, NULL, mxid_age(datminmxid)
 FROM pg_database
 WHERE datallowconn  -- the others are left to autovacuum
 ORDER BY 4 DESC, datname <> current_database(), 2
 LIMIT 1)
