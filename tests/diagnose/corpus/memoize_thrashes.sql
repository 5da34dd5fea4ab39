-- setup
CREATE TABLE pages (id int PRIMARY KEY, body text);
CREATE TABLE visits (page_id int, pad text);
CREATE TABLE clicks (page_id int, pad text);
INSERT INTO pages SELECT n, repeat('x', 300) FROM generate_series(1, 20000) n;
INSERT INTO visits SELECT 1 + n % 20000, 'x' FROM generate_series(1, 100000) n;
INSERT INTO clicks SELECT * FROM visits;
ALTER TABLE clicks ALTER page_id SET (n_distinct = 100);
ANALYZE pages, visits, clicks;

-- found: there are far more pages than statistics say
-- set: work_mem = 256kB
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: max_parallel_workers_per_gather = 0
-- maybe: many_inner_loops changed_settings
-- cure: SET LOCAL enable_memoize = 'off';
SELECT count(p.body) FROM clicks v JOIN pages p ON p.id = v.page_id;

-- found: each page comes five times, but not soon enough
-- majors: 16 17 18
-- set: work_mem = 1MB
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: max_parallel_workers_per_gather = 0
-- maybe: many_inner_loops changed_settings
SELECT count(p.body) FROM visits v JOIN pages p ON p.id = v.page_id;

-- not found: it has room
-- set: work_mem = 64MB
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: max_parallel_workers_per_gather = 0
-- maybe: many_inner_loops changed_settings
SELECT count(p.body) FROM visits v JOIN pages p ON p.id = v.page_id;
