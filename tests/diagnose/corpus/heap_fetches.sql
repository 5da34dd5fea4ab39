-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note text) WITH (autovacuum_enabled = off);
INSERT INTO orders SELECT n, n % 1000, repeat('x', 100) FROM generate_series(1, 100000) n;
CREATE INDEX ON orders (customer_id);
ANALYZE orders;
CREATE TABLE calm (id int PRIMARY KEY, customer_id int, note text) WITH (autovacuum_enabled = off);
INSERT INTO calm SELECT n, n % 1000, repeat('x', 100) FROM generate_series(1, 100000) n;
CREATE INDEX ON calm (customer_id);
VACUUM ANALYZE calm;
UPDATE calm SET note = 'y' WHERE id = 77;
CREATE TABLE few (id int PRIMARY KEY);
INSERT INTO few SELECT n * 5 FROM generate_series(1, 20000) n;
VACUUM ANALYZE few;

-- found: a table that was never vacuumed
-- set: enable_seqscan = off
-- set: enable_bitmapscan = off
-- cure: VACUUM public.orders;
SELECT count(*) FROM orders WHERE customer_id < 400;

-- found: in many loops of one row
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_memoize = off
-- maybe: changed_settings
-- cure: VACUUM public.orders;
SELECT count(*) FROM few f JOIN orders o ON o.id = f.id;

-- not found: a vacuumed one
-- set: enable_seqscan = off
-- set: enable_bitmapscan = off
SELECT count(*) FROM calm WHERE customer_id < 400;

-- not found: a few rows
SELECT count(*) FROM orders WHERE customer_id = 77 AND customer_id > 0;
