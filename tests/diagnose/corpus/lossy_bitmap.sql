-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, at timestamptz, note text);
INSERT INTO orders SELECT n, n * 7 % 1009, timestamptz '2024-01-01' + n * interval '1 min', repeat('x', 200)
    FROM generate_series(1, 200000) n;
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_at ON orders USING brin (at);
ANALYZE orders;

-- found: in the least memory
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64kB
-- set: enable_seqscan = off
-- cure: SET LOCAL work_mem = '1MB';
SELECT count(note) FROM orders WHERE customer_id < 90;

-- found: in three processes
-- set: work_mem = 64kB
-- set: enable_seqscan = off
-- set: min_parallel_table_scan_size = 0
-- set: parallel_setup_cost = 0
-- cure: SET LOCAL work_mem = '1MB';
SELECT count(note) FROM orders WHERE customer_id < 90;

-- not found: with enough memory
-- set: work_mem = 1MB
-- set: enable_seqscan = off
SELECT count(note) FROM orders WHERE customer_id < 90;

-- not found: a BRIN index knows pages only
-- set: enable_seqscan = off
SELECT count(note) FROM orders WHERE at BETWEEN '2024-02-01' AND '2024-03-01';
