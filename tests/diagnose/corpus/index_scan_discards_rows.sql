-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, at timestamptz, deleted_at timestamptz, amount int);
INSERT INTO orders SELECT n, n % 20, CASE WHEN n % 1000 = 0 THEN 'WAIT' ELSE 'DONE' END,
    timestamptz '2024-01-01' + n * interval '1 min', CASE WHEN n % 200 > 0 THEN now() END, n % 1000 FROM generate_series(1, 200000) n;
CREATE INDEX ON orders (customer_id);
CREATE INDEX orders_at ON orders (at);
CREATE TABLE customers (id int PRIMARY KEY, name text);
INSERT INTO customers SELECT n, 'c' || n FROM generate_series(0, 19) n;
ANALYZE orders, customers;

-- found: equality on both
-- cure: CREATE INDEX ON public.orders (amount, customer_id);
SELECT * FROM orders WHERE customer_id = 7 AND amount = 727;

-- found: the filter goes before the range
-- cure: CREATE INDEX ON public.orders (amount, at);
SELECT * FROM orders WHERE at < '2024-01-08' AND amount = 7;

-- found: the filter is a predicate
-- cure: CREATE INDEX ON public.orders (customer_id) WHERE deleted_at IS NULL;
SELECT * FROM orders WHERE customer_id = 0 AND deleted_at IS NULL;

-- found: in a nested loop
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- cure: CREATE INDEX ON public.orders (amount, customer_id);
SELECT * FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.name IN ('c7', 'c8') AND o.amount = 77;

-- not found: it keeps most of what it finds
SELECT sum(amount) FROM orders WHERE customer_id = 7 AND amount > 100;

-- not found: a second range cannot be searched
SELECT * FROM orders WHERE at < '2024-01-08' AND amount < 5;

-- not found: only a few rows are found
SELECT * FROM orders WHERE id < 300 AND amount = 7;
