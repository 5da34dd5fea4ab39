-- setup
CREATE TABLE kinds (id int, name text);
INSERT INTO kinds SELECT n, 'name ' || n FROM generate_series(1, 500) n;
CREATE TABLE orders (id int, note text);
INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 200000) n;
ANALYZE kinds, orders;

-- found: hardly anything to do
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: max_parallel_workers_per_gather = 2
-- cure: SET LOCAL max_parallel_workers_per_gather = '0';
SELECT count(*) FROM kinds WHERE name LIKE '%7%';

-- not found: enough work
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: max_parallel_workers_per_gather = 2
-- maybe: workers_missing
SELECT count(*) FROM orders WHERE md5(md5(note)) > 'a';

-- not found: no workers
SELECT count(*) FROM kinds WHERE name LIKE '%7%';
