-- setup
CREATE TABLE orders (id int, note text);
INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 200000) n;
ANALYZE orders;

-- found: planned with two, allowed none
-- set: max_parallel_workers_per_gather = 2
-- set: max_parallel_workers = 0
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- cure: SET LOCAL max_parallel_workers = '8';
SELECT count(*) FROM orders WHERE md5(note) > 'a';

-- not found: all that were planned
-- set: max_parallel_workers_per_gather = 2
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- maybe: workers_missing
SELECT count(*) FROM orders WHERE md5(note) > 'a';

-- not found: none were planned
-- set: max_parallel_workers_per_gather = 0
SELECT count(*) FROM orders WHERE md5(note) > 'a';
