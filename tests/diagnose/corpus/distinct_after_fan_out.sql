-- setup
CREATE TABLE customers (id int PRIMARY KEY, name text, region int);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, "Total" int);
INSERT INTO customers SELECT n, 'c' || n, n % 10 FROM generate_series(1, 500) n;
INSERT INTO orders SELECT n, 1 + n % 500, n % 77 FROM generate_series(1, 100000) n;
CREATE INDEX ON orders (customer_id);
ANALYZE;

-- found: two hundred orders for each customer
-- cure: SELECT DISTINCT c.id, c.name FROM customers c WHERE c.region < 9 AND EXISTS (SELECT FROM orders o WHERE c.id = o.customer_id AND o."Total" > 3);
SELECT DISTINCT c.id, c.name FROM customers c JOIN orders o ON c.id = o.customer_id WHERE o."Total" > 3 AND c.region < 9;

-- found: GROUP BY without aggregates
SELECT c.id FROM customers c, orders o WHERE c.id = o.customer_id AND o."Total" > 3 GROUP BY c.id;

-- not found: the orders are counted
SELECT c.id, count(*) FROM customers c JOIN orders o ON c.id = o.customer_id GROUP BY c.id;

-- not found: something of the other side is asked for
SELECT DISTINCT c.id, o."Total" % 2 FROM customers c JOIN orders o ON c.id = o.customer_id;

-- not found: one match for each row
-- maybe: aggregate_on_disk
SELECT DISTINCT o.id FROM customers c JOIN orders o ON c.id = o.customer_id;

-- not found: EXISTS
-- maybe: aggregate_on_disk
SELECT DISTINCT c.id FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);
