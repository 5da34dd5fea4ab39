-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, product_id int, at timestamptz, note text, tags int[]);
INSERT INTO orders SELECT n, n * 7 % 101, n * 11 % 103, timestamptz '2024-01-01' + n * interval '1 min', repeat('x', 200),
    ARRAY[n % 50] FROM generate_series(1, 200000) n;
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_product ON orders (product_id);
CREATE INDEX orders_at ON orders (at);
CREATE INDEX orders_tags ON orders USING gin (tags);
ANALYZE orders;

-- found: two equalities
-- cure: CREATE INDEX ON public.orders (product_id, customer_id);
SELECT * FROM orders WHERE customer_id = 5 AND product_id = 7;

-- found: an equality and a range
-- set: enable_seqscan = off
-- cure: CREATE INDEX ON public.orders (customer_id, at);
SELECT * FROM orders o WHERE at BETWEEN '2024-03-01' AND '2024-03-05' AND customer_id = 5;

-- not found: a b-tree cannot hold both
-- set: enable_seqscan = off
SELECT * FROM orders WHERE customer_id = 5 AND tags @> ARRAY[7];

-- not found: one index suffices
SELECT * FROM orders WHERE customer_id = 5 AND id < 1000;
