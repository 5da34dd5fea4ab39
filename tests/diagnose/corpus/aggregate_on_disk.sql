-- setup
CREATE TABLE visits (id int, visitor int, page text);
INSERT INTO visits SELECT n, (n * 7919) % 60000, 'page ' || n % 50 FROM generate_series(1, 200000) n;
ANALYZE visits;

-- found: many groups
-- set: work_mem = 1MB
-- set: enable_sort = off
-- set: max_parallel_workers_per_gather = 0
SELECT visitor, count(*) FROM visits GROUP BY visitor;

-- found: DISTINCT
-- set: work_mem = 1MB
-- set: enable_sort = off
-- set: max_parallel_workers_per_gather = 0
SELECT DISTINCT visitor, page FROM visits;

-- not found: few groups
-- set: work_mem = 1MB
-- set: max_parallel_workers_per_gather = 0
SELECT page, count(*) FROM visits GROUP BY page;
