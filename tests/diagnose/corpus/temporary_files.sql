-- setup
CREATE TABLE orders (id int, note text);
INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 100000) n;
ANALYZE orders;

-- found: a WITH that is kept
-- set: work_mem = 512kB
-- set: max_parallel_workers_per_gather = 0
WITH kept AS MATERIALIZED (SELECT * FROM orders) SELECT count(*), max(note) FROM kept;

-- found: a function in FROM
-- set: work_mem = 512kB
SELECT count(*) FROM generate_series(1, 300000) n;

-- found: a window over all rows
-- set: work_mem = 512kB
-- set: max_parallel_workers_per_gather = 0
SELECT max(n) FROM (SELECT id, count(*) OVER () AS n FROM orders) q;

-- not found: it fits
-- set: work_mem = 64MB
-- set: max_parallel_workers_per_gather = 0
WITH kept AS MATERIALIZED (SELECT * FROM orders) SELECT count(*), max(note) FROM kept;

-- not found: what is kept is small, and the sort in it is not its own
-- set: work_mem = 512kB
-- set: max_parallel_workers_per_gather = 0
-- also: sort_on_disk large_offset
WITH kept AS MATERIALIZED (SELECT * FROM orders ORDER BY note OFFSET 99990) SELECT count(*), max(note) FROM kept;
