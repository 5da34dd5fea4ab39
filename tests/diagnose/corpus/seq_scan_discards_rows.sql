-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, at timestamptz, "créé" text);
INSERT INTO orders SELECT n, n % 5000, CASE WHEN n % 100 = 0 THEN 'WAIT' ELSE 'DONE' END,
    timestamptz '2024-01-01' + n * interval '1 min', 'x' || n FROM generate_series(1, 200000) n;
ANALYZE orders;

-- found: equality before the range, the more selective column first
-- cure: CREATE INDEX ON public.orders (customer_id, status, at);
SELECT * FROM orders o WHERE at > '2024-03-01' AND status = 'WAIT' AND customer_id = 700;

-- found: a name that must be quoted
-- cure: CREATE INDEX ON public.orders ("créé");
SELECT id FROM orders WHERE "créé" = 'x77';

-- not found: it keeps most of what it reads
SELECT count(at) FROM orders WHERE status = 'DONE';

-- not found: an index finds the row
SELECT * FROM orders WHERE id = 77;
