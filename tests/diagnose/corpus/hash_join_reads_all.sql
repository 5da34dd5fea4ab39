-- setup
CREATE TABLE orders (id int PRIMARY KEY, status text, at timestamptz);
INSERT INTO orders SELECT n, CASE WHEN n % 2000 = 0 THEN 'WAIT' ELSE 'DONE' END, timestamptz '2024-01-01' + n * interval '1 min'
    FROM generate_series(1, 100000) n;
CREATE INDEX ON orders (status);
CREATE TABLE lines (id int PRIMARY KEY, order_id int, quantity int, note text);
INSERT INTO lines SELECT n, n % 100000 + 1, n % 10, repeat('x', 50) FROM generate_series(1, 300000) n;
CREATE TABLE parted (id int, order_id int) PARTITION BY HASH (id);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT n, n % 100000 + 1 FROM generate_series(1, 300000) n;
VACUUM ANALYZE orders, lines, parted;

-- found: the lines of a few orders
-- maybe: io_bound
-- cure: CREATE INDEX ON public.lines (order_id);
SELECT o.id, sum(l.quantity) FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.status = 'WAIT' GROUP BY o.id;

-- found: in one process, of a few orders that may have none
-- maybe: io_bound
-- set: max_parallel_workers_per_gather = 0
-- cure: CREATE INDEX ON public.lines (order_id);
SELECT o.id, l.quantity FROM orders o LEFT JOIN lines l ON o.id = l.order_id WHERE o.status = 'WAIT';

-- found: of partitions
-- maybe: io_bound
-- set: max_parallel_workers_per_gather = 0
-- cure: CREATE INDEX ON public.parted (order_id);
SELECT o.at, p.id FROM orders o JOIN parted p ON p.order_id = o.id WHERE o.status = 'WAIT';

-- not found: most lines are joined
-- maybe: io_bound hash_in_batches
SELECT count(*) FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.status = 'DONE';

-- not found: all lines are kept, joined or not
-- maybe: io_bound
-- set: max_parallel_workers_per_gather = 0
SELECT count(*) FROM lines l LEFT JOIN orders o ON l.order_id = o.id AND o.status = 'WAIT';
