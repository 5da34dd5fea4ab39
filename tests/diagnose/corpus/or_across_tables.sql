-- setup
CREATE TABLE customers (id int PRIMARY KEY, email text, region int);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, "référence" text, total int);
INSERT INTO customers SELECT n, 'e' || n, n % 10 FROM generate_series(1, 10000) n;
INSERT INTO orders SELECT n, 1 + n % 10000, 'r' || n, n % 77 FROM generate_series(1, 40000) n;
CREATE INDEX ON customers (email);
CREATE INDEX ON orders ("référence");
CREATE INDEX ON orders (customer_id);
ANALYZE;

-- found: each side would have its index
-- cure: SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 1 AND o."référence" = 'r7' UNION ALL SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 1 AND c.email = 'e77' AND o."référence" = 'r7' IS NOT TRUE;
SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.total > 1 AND (o."référence" = 'r7' OR c.email = 'e77');

-- found: counted, which is for a person to write
-- cure: -- write one query for each side of the OR, and put them together by UNION ALL; leave out of the
-- cure: -- second what the first has: AND (first side) IS NOT TRUE
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o."référence" = 'r7' OR c.email = 'e77';

-- not found: both sides are on one table
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o."référence" = 'r7' OR o.id = 77;

-- not found: one side has no index that would find it
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total = 700 OR c.email = 'e77';

-- not found: most rows are kept
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id > 10 OR c.id > 10;
