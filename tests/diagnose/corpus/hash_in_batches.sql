-- setup
CREATE TABLE orders (id int, note text);
CREATE TABLE lines (order_id int, what text);
INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 100000) n;
INSERT INTO lines SELECT n, 'what ' || n FROM generate_series(1, 100000) n;
ANALYZE orders, lines;

-- found: planned so
-- set: work_mem = 512kB
-- set: enable_mergejoin = off
-- set: max_parallel_workers_per_gather = 0
SELECT o.id, o.note, l.what FROM orders o JOIN lines l ON l.order_id = o.id;

-- not found: it fits
-- set: work_mem = 32MB
-- set: enable_mergejoin = off
-- set: max_parallel_workers_per_gather = 0
SELECT o.id, o.note, l.what FROM orders o JOIN lines l ON l.order_id = o.id;

-- not found: a small side, however small the memory
-- set: work_mem = 512kB
-- set: max_parallel_workers_per_gather = 0
SELECT count(l.what) FROM lines l JOIN (VALUES (1), (2)) v(id) ON l.order_id % 3 = v.id;
