-- setup
CREATE TABLE archive (id int, body text);
ALTER TABLE archive ALTER body SET STORAGE PLAIN;
INSERT INTO archive SELECT n, repeat('x', 7500) FROM generate_series(1, 3500) n;
CREATE TABLE large (LIKE archive INCLUDING ALL);
INSERT INTO large SELECT n, repeat('x', 7500) FROM generate_series(1, 8000) n;
CREATE TABLE small (id int);
INSERT INTO small SELECT n FROM generate_series(1, 100000) n;
VACUUM ANALYZE archive;
VACUUM ANALYZE large;
VACUUM ANALYZE small;

-- found: a table that a scan does not bring into the cache, although it has room there
-- set: max_parallel_workers_per_gather = 0
-- cure: CREATE EXTENSION IF NOT EXISTS pg_prewarm;
-- cure: SELECT pg_prewarm('public.archive');
SELECT count(*) FROM archive;

-- not found: a table that has no room there, out of the memory of the operating system
-- set: max_parallel_workers_per_gather = 0
SELECT count(*) FROM large;

-- not found: all of it is in the cache
-- set: max_parallel_workers_per_gather = 0
SELECT count(*) FROM small;

-- not found: it reads, but computes far longer
-- set: max_parallel_workers_per_gather = 0
SELECT count(*) FROM archive WHERE length(replace(body, 'x', 'yy')) > 0;
