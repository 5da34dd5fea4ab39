-- setup
CREATE TABLE orders (id int, note text);
CREATE TABLE lines (order_id int, what text);
INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 100000) n;
INSERT INTO lines SELECT n, 'what ' || n FROM generate_series(1, 100000) n;
ANALYZE orders, lines;

-- found: a condition of which nothing is known
-- set: work_mem = 512kB
-- set: enable_mergejoin = off
-- set: enable_nestloop = off
-- set: max_parallel_workers_per_gather = 0
-- maybe: row_misestimate expression_without_statistics predicate_on_expression
SELECT o.id, o.note, l.what FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.note || 'x' = 'note ' || o.id || 'x';

-- not found: planned so
-- set: work_mem = 512kB
-- set: enable_mergejoin = off
-- set: max_parallel_workers_per_gather = 0
-- also: hash_in_batches
SELECT o.id, o.note, l.what FROM orders o JOIN lines l ON l.order_id = o.id;
