-- setup
CREATE TABLE customers (id int PRIMARY KEY, region int, name text);
CREATE TABLE orders (id int PRIMARY KEY, "à" int REFERENCES customers, status text);
CREATE TABLE regions (id int PRIMARY KEY, name text);
INSERT INTO customers SELECT n, n % 10, 'c' || n FROM generate_series(1, 2000) n;
INSERT INTO orders SELECT n, 1 + n % 2000, CASE WHEN n % 10 = 0 THEN 'WAIT' ELSE 'DONE' END
    FROM generate_series(1, 5000) n;
INSERT INTO regions SELECT n, 'r' || n FROM generate_series(1, 100) n;
CREATE INDEX ON orders ("à");
ANALYZE;

-- found: the condition of the foreign key was forgotten
-- cure: -- add the condition that the foreign key suggests:
-- cure: -- AND o."à" = c.id
SELECT count(*) FROM orders o, customers c WHERE o.status = 'WAIT' AND c.region = 3;

-- found: nothing is known to relate them, and a third table is joined well
-- cure: -- add a condition that relates public.customers AS c and public.orders AS o with public.regions AS r, or write CROSS JOIN
SELECT count(*) FROM orders o JOIN customers c ON c.id = o."à", regions r WHERE o.status = 'WAIT';

-- not found: it is written
SELECT count(*) FROM orders o CROSS JOIN regions r WHERE o.status = 'WAIT';

-- not found: the condition is fulfilled by the same constant on both sides
SELECT count(*) FROM orders o JOIN customers c ON c.region = length(o.status) WHERE c.region = 4;

-- not found: both are fixed to one value, which is the join
SELECT count(*) FROM customers a, customers b WHERE a.region = b.region AND a.region = 7;

-- not found: rows of a calendar
SELECT count(*) FROM customers c, generate_series(1, 12) AS month(n) WHERE c.region < 5;

-- not found: one row of one side
SELECT count(*) FROM orders o, regions r WHERE r.id = 7;
