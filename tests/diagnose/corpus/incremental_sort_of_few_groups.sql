-- setup
CREATE TABLE orders (id int, region int, at timestamptz, note text);
INSERT INTO orders SELECT n, n / 25000, timestamptz '2024-01-01' + (n * 7919 % 100000) * interval '1 min', 'note ' || n
    FROM generate_series(1, 100000) n;
CREATE INDEX ON orders (region);
CREATE TABLE visits (id int, day int, at timestamptz);
INSERT INTO visits SELECT n, n / 50, timestamptz '2024-01-01' + (n * 7919 % 100000) * interval '1 min'
    FROM generate_series(1, 100000) n;
CREATE INDEX ON visits (day);
ANALYZE orders, visits;

-- found: a quarter of the table is a group
-- set: max_parallel_workers_per_gather = 0
-- cure: CREATE INDEX ON public.orders (region, at DESC);
SELECT * FROM orders ORDER BY region, at DESC LIMIT 10;

-- not found: small groups
-- set: max_parallel_workers_per_gather = 0
SELECT * FROM visits ORDER BY day, at LIMIT 10;
