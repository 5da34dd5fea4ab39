-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, deleted_at timestamptz, at timestamptz,
    "prix TTC" int, filler text);
INSERT INTO orders SELECT n, n % 5000, CASE WHEN n % 4 = 0 THEN 'WAIT' ELSE 'DONE' END, NULL,
    timestamptz '2024-01-01' + (n * 7919 % 100000) * interval '1 min', n * 31 % 10007, repeat('x', 40)
    FROM generate_series(1, 100000) n;
CREATE TABLE events (at timestamptz, kind int);
INSERT INTO events SELECT timestamptz '2024-01-01' + n * interval '1 s', n % 7 FROM generate_series(1, 200000) n;
ANALYZE orders, events;

-- found: what is fixed stands first, the order after it
-- set: max_parallel_workers_per_gather = 0
-- cure: CREATE INDEX ON public.orders (status, at DESC);
SELECT * FROM orders o WHERE o.status = 'WAIT' ORDER BY o.at DESC LIMIT 20;

-- found: a name that must be quoted, and NULLS as written
-- set: max_parallel_workers_per_gather = 0
-- cure: CREATE INDEX ON public.orders ("prix TTC" DESC NULLS LAST, id) WHERE deleted_at IS NULL;
SELECT * FROM orders WHERE deleted_at IS NULL ORDER BY "prix TTC" DESC NULLS LAST, id LIMIT 10 OFFSET 30;

-- found: a table that lies in this order
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 1MB
-- cure: CREATE INDEX ON public.events (at);
SELECT * FROM events ORDER BY at;

-- found: the next one of a queue
-- writes
-- set: max_parallel_workers_per_gather = 0
-- cure: CREATE INDEX ON public.orders (at);
SELECT id FROM orders ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED;

-- not found: all rows are asked for, from all over the table
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
SELECT * FROM orders ORDER BY at;

-- not found: the order is that of an expression which may not be immutable
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
SELECT id FROM orders ORDER BY to_char(at, 'MM-DD'), id LIMIT 10;

-- not found: there is such an index
SELECT * FROM orders ORDER BY id DESC LIMIT 20;

-- not found: the LIMIT takes most of the rows
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
SELECT * FROM orders ORDER BY at LIMIT 60000;

-- not found: few rows are sorted
-- set: max_parallel_workers_per_gather = 0
-- also: seq_scan_discards_rows
SELECT * FROM orders WHERE customer_id = 77 ORDER BY at LIMIT 5;
