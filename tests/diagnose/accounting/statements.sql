-- Statements whose plans are hard to account for: parallel ones, WITH, subqueries of all kinds, triggers. Each has a
-- name; SET lines before it are for its transaction, and `-- parallel` makes workers cheap.

-- setup
CREATE TABLE customers (id int PRIMARY KEY, name text, email text, country text, created timestamptz);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, total numeric(12,2), created timestamptz, doc jsonb);
CREATE TABLE items (id int PRIMARY KEY, order_id int, product_id int, quantity int, note text);
INSERT INTO customers SELECT n, 'name '||n, 'u'||n||'@x.org', (array['fr','de','it','es'])[1+n%4], now()-n*interval '1 min' FROM generate_series(1,20000) n;
INSERT INTO orders SELECT n, 1+(n*7919)%20000, case when n%100=0 then 'WAIT' else 'DONE' end, n%1000, now()-n*interval '1 min', jsonb_build_object('c', n%50) FROM generate_series(1,100000) n;
INSERT INTO items SELECT n, 1+n/3, n%1000, n%5, repeat('x', 50) FROM generate_series(1,200000) n;
CREATE INDEX ON items(product_id);
CREATE TABLE parts (id int, k int, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE parts_3 PARTITION OF parts FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
INSERT INTO parts SELECT n, n%100, date '2024-01-01' + n%90 FROM generate_series(1,100000) n;
CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int, parent_id int REFERENCES parent ON DELETE CASCADE);
INSERT INTO parent SELECT generate_series(1,200); INSERT INTO child SELECT n, 1+n%200 FROM generate_series(1,20000) n;
CREATE FUNCTION slow_before() RETURNS trigger LANGUAGE plpgsql AS $$ begin perform pg_sleep(0.001); return new; end $$;
CREATE TABLE trig (id int, v text);
CREATE TRIGGER b BEFORE INSERT ON trig FOR EACH ROW EXECUTE FUNCTION slow_before();
CREATE TABLE trig2 (id int, v text);
CREATE TRIGGER a AFTER INSERT ON trig2 FOR EACH ROW EXECUTE FUNCTION slow_before();
ANALYZE;

-- name: seq
SELECT * FROM items WHERE note = 'y';

-- name: agg
SELECT quantity, count(*), sum(product_id) FROM items GROUP BY quantity;

-- name: hash_join
SELECT c.country, count(*), sum(o.total) FROM orders o JOIN customers c ON c.id=o.customer_id JOIN items i ON i.order_id=o.id GROUP BY c.country;

-- name: parallel_hash
-- parallel
SELECT c.country, count(*) FROM orders o JOIN customers c ON c.id=o.customer_id JOIN items i ON i.order_id=o.id GROUP BY c.country;

-- name: parallel_bitmap
-- parallel
SET LOCAL enable_seqscan = off;
SET LOCAL enable_indexscan = off;
SELECT count(*), max(note) FROM items WHERE product_id < 300;

-- name: parallel_noleader
-- parallel
SET LOCAL parallel_leader_participation = off;
SELECT count(*) FROM items WHERE note <> 'a';

-- name: parallel_append
-- parallel
SELECT sum(n) FROM (SELECT count(*) n FROM items UNION ALL SELECT count(*) FROM orders UNION ALL SELECT count(*) FROM customers) x;

-- name: parallel_subplan
-- parallel
SELECT count(*) FROM orders o WHERE (SELECT c.country FROM customers c WHERE c.id=o.customer_id) = 'fr';

-- name: parallel_init
-- parallel
SELECT count(*) FROM items WHERE quantity > (SELECT avg(quantity) FROM items);

-- name: gather_merge
-- parallel
SELECT * FROM items ORDER BY note, quantity, id LIMIT 20000;

-- name: parallel_nl
-- parallel
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT count(*) FROM items i JOIN orders o ON o.id=i.order_id WHERE i.quantity=1;

-- name: nested
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT count(*) FROM items i JOIN orders o ON o.id=i.order_id WHERE i.quantity=1;

-- name: subplan
SELECT o.id, (SELECT count(*) FROM items i WHERE i.product_id = o.customer_id) FROM orders o WHERE o.id <= 2000;

-- name: hashed_subplan
SELECT count(*) FROM orders WHERE customer_id NOT IN (SELECT id FROM customers WHERE country='fr');

-- name: init
SELECT * FROM (SELECT *, (SELECT avg(quantity) FROM items) a FROM orders OFFSET 0) x LIMIT 10;

-- name: init_filter
SELECT count(*) FROM orders WHERE total > (SELECT avg(quantity) FROM items);

-- name: init_two
SELECT (SELECT count(*) FROM items), (SELECT max(total) FROM orders), count(*) FROM customers WHERE id > (SELECT min(quantity) FROM items);

-- name: init_limit
SELECT * FROM orders ORDER BY id LIMIT (SELECT count(*)/1000 FROM items);

-- name: cte
WITH x AS MATERIALIZED (SELECT customer_id, sum(total) t FROM orders GROUP BY 1) SELECT count(*) FROM x a JOIN x b ON a.t=b.t AND a.customer_id<>b.customer_id;

-- name: cte_twice
WITH x AS MATERIALIZED (SELECT * FROM items) SELECT (SELECT count(*) FROM x WHERE quantity=1), (SELECT max(id) FROM x);

-- name: cte_nested
WITH x AS MATERIALIZED (SELECT * FROM items WHERE quantity=1), y AS MATERIALIZED (SELECT count(*) n FROM x GROUP BY product_id) SELECT sum(n), (SELECT count(*) FROM x) FROM y;

-- name: cte_write
WITH x AS (INSERT INTO trig2 SELECT n,'a' FROM generate_series(1,50) n RETURNING id) SELECT 1;

-- name: cte_write_read
WITH x AS (DELETE FROM items WHERE id % 7 = 0 RETURNING id) SELECT count(*) FROM x;

-- name: recursive
WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n+1 FROM r WHERE n < 100000) SELECT sum(n) FROM r;

-- name: sort
SELECT * FROM items ORDER BY note, quantity, id;

-- name: window
SELECT id, sum(quantity) OVER (PARTITION BY order_id ORDER BY id) FROM items;

-- name: incremental
SELECT * FROM items ORDER BY order_id, note LIMIT 50000;

-- name: memoize
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT count(*) FROM orders o JOIN customers c ON c.id=o.customer_id;

-- name: merge_join
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_nestloop = off;
SELECT count(*) FROM orders o JOIN customers c ON c.id=o.customer_id;

-- name: partitions
SELECT k, count(*) FROM parts WHERE at >= '2024-02-01' GROUP BY k;

-- name: fk
DELETE FROM parent;

-- name: before
INSERT INTO trig SELECT n, 'x' FROM generate_series(1,50) n;

-- name: after
INSERT INTO trig2 SELECT n, 'x' FROM generate_series(1,50) n;

-- name: update
UPDATE items SET quantity = quantity + 1 WHERE product_id < 50;

-- name: upsert
INSERT INTO customers SELECT id, name FROM customers ON CONFLICT (id) DO UPDATE SET name = excluded.name;

-- name: limit
SELECT * FROM items WHERE quantity = 3 LIMIT 5;

-- name: distinct
SELECT DISTINCT order_id, quantity FROM items;

-- name: union
SELECT id FROM orders UNION SELECT id FROM items;

-- name: except
SELECT id FROM items EXCEPT SELECT id FROM orders;

-- name: sets
SELECT country, created::date, count(*) FROM customers GROUP BY GROUPING SETS ((country),(created::date),());

-- name: functions
SELECT count(*) FROM generate_series(1,200000) g;

-- name: values
SELECT * FROM (VALUES (1),(2)) v(a) JOIN orders ON id = a;

-- name: tid
SELECT * FROM items WHERE ctid = '(0,1)';

-- name: sample
SELECT count(*) FROM items TABLESAMPLE system (10) REPEATABLE (1);

-- name: semi
SELECT count(*) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id=c.id AND o.status='WAIT');

-- name: anti
SELECT count(*) FROM orders o WHERE NOT EXISTS (SELECT 1 FROM items i WHERE i.order_id=o.id);

-- name: lock
SELECT * FROM orders WHERE id < 5000 FOR UPDATE;

-- name: setof
SELECT generate_series(1, quantity), id FROM items WHERE id < 100000;

-- name: or_bitmap
SELECT count(*) FROM items WHERE product_id = 5 OR product_id = 7;

-- name: full
SELECT count(*) FROM orders o FULL JOIN items i ON i.order_id = o.id;

-- name: lateral
SELECT count(*) FROM customers c, LATERAL (SELECT * FROM items i WHERE i.product_id = c.id LIMIT 3) x WHERE c.id < 1000;

-- name: cte_init
WITH x AS MATERIALIZED (SELECT customer_id, sum(total) s FROM orders GROUP BY 1)
SELECT count(*) FROM x a JOIN x b USING (customer_id) WHERE a.s > (SELECT avg(s) FROM x);

