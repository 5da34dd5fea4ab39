-- setup
CREATE TABLE promotions (id int PRIMARY KEY, name text, starts timestamptz, ends timestamptz);
CREATE TABLE orders (id int PRIMARY KEY, status text, total int, "Créé" timestamptz);
CREATE TABLE bands (id int PRIMARY KEY, low int, high int);
CREATE TABLE codes (code text, name text);
INSERT INTO promotions SELECT n, 'p' || n, timestamptz '2024-01-01' + n * interval '5 h',
    timestamptz '2024-01-01' + (n * 5 + 1) * interval '1 h' FROM generate_series(1, 100) n;
INSERT INTO orders SELECT n, CASE WHEN n % 10 = 0 THEN 'WAIT' ELSE 'DONE' END, n % 770,
    timestamptz '2024-01-01' + n * interval '2 min' FROM generate_series(1, 20000) n;
INSERT INTO bands SELECT n, n * 77, (n + 1) * 77 FROM generate_series(0, 9) n;
ANALYZE;

-- found: both ends of a range bound one column
-- cure: CREATE INDEX ON public.orders ("Créé");
SELECT p.name, count(*) FROM promotions p JOIN orders o ON o."Créé" >= p.starts AND o."Créé" < p.ends GROUP BY p.name;

-- found: equality, where a hash join is not allowed
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- also: changed_settings
-- cure: CREATE INDEX ON public.orders (total);
SELECT count(*) FROM bands b JOIN orders o ON o.total = b.low;

-- not found: the inner side is tiny, and an index on it would not be read faster
SELECT b.id, count(*) FROM orders o JOIN bands b ON o.total >= b.low AND o.total < b.high GROUP BY b.id;

-- not found: one end only: half of the pairs are kept
SELECT count(*) FROM promotions p JOIN orders o ON o."Créé" >= p.starts;

-- not found: a hash join
SELECT count(*) FROM bands b JOIN orders o ON o.total = b.low;
