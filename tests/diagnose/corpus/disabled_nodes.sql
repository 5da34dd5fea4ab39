-- setup
CREATE TABLE orders (id int, note text);
INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 100000) n;
CREATE TABLE keyed (id int PRIMARY KEY);
INSERT INTO keyed SELECT n FROM generate_series(1, 100000) n;
ANALYZE orders, keyed;

-- found: there is no index
-- set: enable_seqscan = off
-- set: max_parallel_workers_per_gather = 0
-- cure: SET LOCAL enable_seqscan = 'on';
SELECT count(*) FROM orders WHERE id % 2 = 0;

-- not found: there is another way, and it is taken
-- set: enable_seqscan = off
SELECT * FROM keyed WHERE id = 77;

-- not found: nothing is forbidden
-- set: max_parallel_workers_per_gather = 0
SELECT count(*) FROM orders WHERE id % 2 = 0;
