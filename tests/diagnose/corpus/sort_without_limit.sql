-- setup
CREATE TABLE orders (id int, region int, "montant TTC" int, at timestamptz);
INSERT INTO orders SELECT n, n % 50, n * 31 % 10007, timestamptz '2024-01-01' + (n * 7919 % 100000) * interval '1 min'
    FROM generate_series(1, 100000) n;
ANALYZE orders;

-- found: the ten latest
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
-- cure: SELECT * FROM public.orders ORDER BY at DESC LIMIT 10;
SELECT * FROM (SELECT *, row_number() OVER (ORDER BY at DESC) AS n FROM orders) numbered WHERE n <= 10;

-- found: with a condition
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
-- cure: SELECT * FROM public.orders WHERE region > 7 ORDER BY "montant TTC" DESC, id LIMIT 4;
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY o."montant TTC" DESC, o.id) AS n FROM orders o WHERE o.region > 7)
    numbered WHERE n < 5;

-- not found: the latest of each region
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY region ORDER BY at DESC) AS n FROM orders) q WHERE n <= 10;

-- not found: most of them are kept
-- set: max_parallel_workers_per_gather = 0
-- set: work_mem = 64MB
SELECT * FROM (SELECT *, row_number() OVER (ORDER BY at DESC) AS n FROM orders) q WHERE n <= 90000;

-- not found: a LIMIT that the sort knows
-- set: max_parallel_workers_per_gather = 0
-- also: sort_without_index
SELECT * FROM orders ORDER BY at DESC LIMIT 10;
