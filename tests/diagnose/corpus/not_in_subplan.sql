-- setup
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, status text);
INSERT INTO customers SELECT n, 'n' || n FROM generate_series(1, 1500) n;
INSERT INTO orders SELECT n, 3 + n % 8000, CASE WHEN n % 100 = 0 THEN 'WAIT' ELSE 'DONE' END
    FROM generate_series(1, 8000) n;
ANALYZE;

-- found: the list is longer than the memory for a hash table
-- set: work_mem = 64kB
-- cure: -- the same where neither side is NULL; one NULL in the subquery makes NOT IN give nothing at all
-- cure: SELECT name FROM customers WHERE NOT EXISTS (SELECT FROM orders WHERE orders.status = 'DONE' AND customer_id = customers.id);
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE orders.status = 'DONE');

-- found: below OR, and with an alias
-- set: work_mem = 64kB
SELECT count(*) FROM customers c WHERE c.name LIKE 'n%' AND NOT (c.id IN (SELECT o.customer_id + 0 FROM orders o));

-- found: the planner's numbers are enough
-- set: work_mem = 64kB
-- plain
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);

-- not found: it fits a hash table
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);

-- not found: NOT EXISTS is joined
-- set: work_mem = 64kB
-- maybe: hash_in_batches
SELECT name FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);

-- not found: IN is joined
-- set: work_mem = 64kB
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'WAIT');
