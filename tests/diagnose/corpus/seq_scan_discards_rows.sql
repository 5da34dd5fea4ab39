-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, at timestamptz, "créé" text, code varchar(20),
    deleted_at timestamptz, tags int[], data jsonb, amount int);
INSERT INTO orders SELECT n, n % 5000, CASE WHEN n % 100 = 0 THEN 'WAIT' ELSE 'DONE' END,
    timestamptz '2024-01-01' + n * interval '1 min', 'x' || n, 'c' || n, CASE WHEN n % 3 = 0 THEN now() END,
    ARRAY[n % 1000, n % 7], jsonb_build_object('kind', 'k' || n % 2000), n % 1000 FROM generate_series(1, 200000) n;
ANALYZE orders;
CREATE TABLE events (at timestamptz NOT NULL, kind int) PARTITION BY RANGE (at);
CREATE TABLE events_a PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-03-01');
CREATE TABLE events_b PARTITION OF events FOR VALUES FROM ('2024-03-01') TO ('2025-01-01') PARTITION BY RANGE (at);
CREATE TABLE events_c PARTITION OF events_b FOR VALUES FROM ('2024-03-01') TO ('2025-01-01');
INSERT INTO events SELECT timestamptz '2024-01-02' + n * interval '1 min', n % 3000 FROM generate_series(1, 150000) n;
ANALYZE events;

-- found: equality before the range, the more selective column first
-- cure: CREATE INDEX ON public.orders (customer_id, status, at);
SELECT * FROM orders o WHERE at > '2024-03-01' AND status = 'WAIT' AND customer_id = 700;

-- found: a name that must be quoted
-- cure: CREATE INDEX ON public.orders ("créé");
SELECT id FROM orders WHERE "créé" = 'x77';

-- found: the cast of a varchar to text is none
-- cure: CREATE INDEX ON public.orders (code);
SELECT id FROM orders WHERE code = 'c77';

-- found: IS NULL is a predicate, not a key
-- cure: CREATE INDEX ON public.orders (customer_id) WHERE deleted_at IS NULL;
SELECT id FROM orders WHERE deleted_at IS NULL AND customer_id = 700;

-- found: what nearly all rows are is left out of the index
-- cure: CREATE INDEX ON public.orders (status) WHERE status <> 'DONE'::text;
SELECT id FROM orders WHERE status <> 'DONE';

-- found: partitions on two levels, and the index on the table at the top
-- cure: CREATE INDEX ON public.events (kind);
SELECT * FROM events WHERE kind = 77;

-- found: in three processes
-- set: max_parallel_workers_per_gather = 2
-- set: min_parallel_table_scan_size = 0
-- set: parallel_setup_cost = 0
-- cure: CREATE INDEX ON public.orders (customer_id);
SELECT count(*) FROM orders WHERE customer_id = 700;

-- found: an array is searched
-- cure: CREATE INDEX ON public.orders USING gin (tags);
SELECT id FROM orders WHERE tags @> ARRAY[777];

-- found: as is a document
-- cure: CREATE INDEX ON public.orders USING gin (data jsonb_path_ops);
SELECT id FROM orders WHERE data @> '{"kind": "k77"}';

-- found: nobody ran it
-- plain
-- cure: CREATE INDEX ON public.orders (customer_id);
SELECT id FROM orders WHERE customer_id = 700;

-- not found: it keeps most of what it reads
SELECT count(at) FROM orders WHERE status = 'DONE';

-- not found: an index finds the row
SELECT * FROM orders WHERE id = 77;

-- not found: it keeps a third
SELECT count(*) FROM orders WHERE deleted_at IS NOT NULL AND amount >= 0;

-- not found: no index helps a condition over two columns
SELECT id FROM orders WHERE customer_id = amount * 77;
