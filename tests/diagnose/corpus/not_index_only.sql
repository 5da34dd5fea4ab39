-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount int, status text, note text);
INSERT INTO orders SELECT n, n * 7919 % 80, n % 1000, 'DONE', repeat('x', 400) FROM generate_series(1, 200000) n;
CREATE INDEX orders_customer ON orders (customer_id);
ANALYZE orders;
CREATE TABLE fresh (id int PRIMARY KEY, customer_id int, amount int, note text) WITH (autovacuum_enabled = off);
INSERT INTO fresh SELECT n, n * 7919 % 40, n % 1000, repeat('x', 400) FROM generate_series(1, 100000) n;
CREATE INDEX ON fresh (customer_id);
ANALYZE fresh;
VACUUM orders;

-- found: a sum of another column
-- cure: CREATE INDEX ON public.orders (customer_id) INCLUDE (amount);
SELECT sum(amount) FROM orders WHERE customer_id = 7;

-- found: in a larger query
-- cure: CREATE INDEX ON public.orders (customer_id) INCLUDE (amount, status);
SELECT s.status, max(s.amount) FROM (SELECT status, amount FROM orders o WHERE customer_id = 7) s GROUP BY s.status;

-- not found: the whole row is wanted
-- maybe: scattered_rows
SELECT * FROM orders WHERE customer_id = 7;

-- not found: nobody has vacuumed the table
-- maybe: scattered_rows
SELECT sum(amount) FROM fresh WHERE customer_id = 7;

-- not found: many keys with a row each
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
SELECT sum(o.amount) FROM fresh f JOIN orders o ON o.id = f.amount * 7 WHERE f.id < 4000;
