-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total int);
CREATE TABLE "Lines" (id int PRIMARY KEY, order_id int, "quantité" int);
CREATE TABLE items (id int PRIMARY KEY, order_id int, amount int);
INSERT INTO orders SELECT n, n % 500, n % 77 FROM generate_series(1, 50000) n;
INSERT INTO "Lines" SELECT n, 1 + n % 1500, n % 7 FROM generate_series(1, 6000) n;
INSERT INTO items SELECT n, 1 + n % 50000, n % 7 FROM generate_series(1, 100000) n;
CREATE INDEX ON items (order_id);
CREATE INDEX ON orders (customer_id);
ANALYZE;

-- found: each time reads the whole table
-- cure: CREATE INDEX ON public."Lines" (order_id);
SELECT o.id, (SELECT sum("quantité") FROM "Lines" l WHERE l.order_id = o.id) FROM orders o WHERE o.id <= 300;

-- found: in a condition, the columns in the other order, and one more to compare
-- cure: CREATE INDEX ON public."Lines" (order_id, "quantité");
SELECT count(*) FROM orders o
WHERE o.id <= 300 AND o.total > (SELECT count(*) FROM "Lines" WHERE o.id = order_id AND "quantité" = 3);

-- found: it has its index, but finds the same rows again and again
-- cure: -- compute SubPlan 1 for all rows at once:
-- cure: -- LEFT JOIN (SELECT customer_id, … FROM public.orders GROUP BY customer_id) AS grouped ON grouped.customer_id = o.customer_id
SELECT count(*) FROM orders o
WHERE o.id <= 3000 AND o.total > (SELECT avg(total) FROM orders i WHERE i.customer_id = o.customer_id);

-- not found: it reads the table once in all, by its index
SELECT o.id, (SELECT sum(amount) FROM items i WHERE i.order_id = o.id) FROM orders o;

-- not found: it has its index, and is asked for a small part of the table
SELECT o.id, (SELECT sum(amount) FROM items i WHERE i.order_id = o.id) FROM orders o WHERE o.id <= 2000;

-- not found: computed once
SELECT o.id, (SELECT sum("quantité") FROM "Lines") FROM orders o WHERE o.id <= 2000;

-- not found: its result is hashed
SELECT o.id, o.customer_id IN (SELECT order_id FROM "Lines") FROM orders o WHERE o.id <= 2000;
