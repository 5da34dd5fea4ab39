-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, at timestamptz, note text);
INSERT INTO orders SELECT n, CASE WHEN n < 20000 THEN n % 10 ELSE 10 + n % 500 END, 'DONE',
    timestamptz '2024-01-01' + n * interval '1 min', repeat('x', 100) FROM generate_series(1, 200000) n;
CREATE INDEX orders_at ON orders (at DESC NULLS LAST);
ANALYZE orders;

-- found: the rows of this customer are old
-- cure: CREATE INDEX ON public.orders (customer_id, id);
SELECT * FROM orders WHERE customer_id = 7 ORDER BY id DESC LIMIT 10;

-- found: with the direction of the index
-- cure: CREATE INDEX ON public.orders (customer_id, at DESC NULLS LAST);
SELECT * FROM orders o WHERE customer_id = 7 ORDER BY at DESC NULLS LAST LIMIT 10;

-- not found: the rows are near the end
SELECT * FROM orders WHERE customer_id = 77 ORDER BY id DESC LIMIT 1;

-- not found: a condition that no equality makes
SELECT * FROM orders WHERE customer_id < 10 ORDER BY id DESC LIMIT 10;
