-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note text);
CREATE TABLE customers (id int PRIMARY KEY, name text);
INSERT INTO orders SELECT n, (n * 7919) % 50000, 'note ' || n FROM generate_series(1, 100000) n;
INSERT INTO customers SELECT n, 'name ' || n FROM generate_series(1, 50000) n;
ANALYZE orders, customers;

-- found: sorted to join
-- set: enable_hashjoin = off
-- set: work_mem = 64MB
-- set: max_parallel_workers_per_gather = 0
-- cure: SET LOCAL enable_hashjoin = 'on';
SELECT count(o.note), count(c.name) FROM orders o JOIN customers c ON c.id = o.customer_id;

-- found: an index that it may not use
-- set: enable_indexscan = off
-- set: enable_bitmapscan = off
-- set: max_parallel_workers_per_gather = 0
-- maybe: disabled_nodes
SELECT * FROM orders WHERE id = 77;

-- not found: there is no index that it might use
-- set: enable_indexscan = off
-- set: max_parallel_workers_per_gather = 0
-- also: seq_scan_discards_rows
SELECT * FROM orders WHERE note = 'note 77';

-- not found: a hash join would not be taken here
-- set: enable_hashjoin = off
SELECT o.note, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = 77;

-- not found: all is at its default
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
SELECT count(o.note), count(c.name) FROM orders o JOIN customers c ON c.id = o.customer_id;
