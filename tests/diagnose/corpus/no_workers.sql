-- setup
CREATE FUNCTION with_tax(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 * 6 / 5; END';
CREATE FUNCTION with_tip(int) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS 'BEGIN RETURN $1 * 6 / 5; END';
CREATE FUNCTION noted(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE TABLE orders (id int, amount int, note text);
INSERT INTO orders SELECT n, n % 1000, repeat('x', 100) FROM generate_series(1, 100000) n;
CREATE TABLE few AS SELECT * FROM orders LIMIT 5000;
ANALYZE orders, few;

-- found: a function that was not marked
-- set: min_parallel_table_scan_size = 1MB
-- set: max_parallel_workers_per_gather = 2
-- cure: ALTER FUNCTION public.with_tax(integer) PARALLEL SAFE;
SELECT count(*) FROM orders WHERE with_tax(amount) >= 100;

-- not found: one that was
-- set: max_parallel_workers_per_gather = 2
-- maybe: workers_missing
SELECT count(*) FROM orders WHERE with_tip(amount) >= 100;

-- not found: one that may write
-- set: max_parallel_workers_per_gather = 2
SELECT count(*) FROM orders WHERE noted(amount) >= 100;

-- not found: a small table
-- set: max_parallel_workers_per_gather = 2
SELECT count(*) FROM few WHERE with_tax(amount) >= 100;
