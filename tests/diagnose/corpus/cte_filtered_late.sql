-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, total int);
INSERT INTO orders SELECT n, n % 20000, CASE WHEN n % 100 = 0 THEN 'WAIT' ELSE 'DONE' END, n % 77
    FROM generate_series(1, 60000) n;
CREATE INDEX ON orders (customer_id);
ANALYZE;

-- found: read twice
-- cure: WITH "Totaux" AS NOT MATERIALIZED (SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id) SELECT * FROM "Totaux" WHERE customer_id = 7 UNION ALL SELECT * FROM "Totaux" WHERE customer_id = 9;
WITH "Totaux" AS (SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id)
SELECT * FROM "Totaux" WHERE customer_id = 7 UNION ALL SELECT * FROM "Totaux" WHERE customer_id = 9;

-- found: said to be kept
WITH kept AS MATERIALIZED (SELECT * FROM orders) SELECT * FROM kept k WHERE k.id = 77;

-- not found: the condition is on what was computed, and cannot be applied before
WITH totals AS MATERIALIZED (SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id)
SELECT * FROM totals WHERE total > 1000;

-- not found: below a window
-- set: work_mem = 64MB
WITH ranked AS MATERIALIZED (SELECT id, rank() OVER (ORDER BY total) AS rank FROM orders)
SELECT * FROM ranked WHERE id = 77;

-- not found: one of its readers needs all of it
-- set: work_mem = 64MB
WITH kept AS (SELECT * FROM orders)
SELECT (SELECT sum(total) FROM kept), (SELECT total FROM kept WHERE id = 77);

-- not found: it is planned in place
WITH kept AS (SELECT * FROM orders) SELECT * FROM kept k WHERE k.id = 77;
