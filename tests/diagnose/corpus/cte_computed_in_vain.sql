-- setup
CREATE TABLE orders (id int PRIMARY KEY, total int, at timestamptz, note text);
INSERT INTO orders SELECT n, (n * 7919) % 60000, timestamptz '2024-01-01' + n * interval '1 min', repeat('x', 100)
    FROM generate_series(1, 60000) n;
CREATE INDEX ON orders (at);
CREATE INDEX ON orders (total);
ANALYZE;

-- found: an index has the order, and all by it would be dearer than a sort
-- set: random_page_cost = 40
-- set: work_mem = 64MB
-- cure: WITH "Chères" AS NOT MATERIALIZED (SELECT * FROM orders ORDER BY total DESC) SELECT id FROM "Chères" LIMIT 10;
WITH "Chères" AS MATERIALIZED (SELECT * FROM orders ORDER BY total DESC)
SELECT id FROM "Chères" LIMIT 10;

-- found: read twice, and both stop
-- set: work_mem = 1MB
-- cure: -- write LIMIT 15 at the end of WITH recent, which is all that is read
WITH recent AS (SELECT * FROM orders ORDER BY total + 1)
(SELECT id FROM recent LIMIT 10) UNION ALL (SELECT id FROM recent LIMIT 10 OFFSET 5);

-- not found: the first rows of a sort in memory are found about as fast
-- set: work_mem = 64MB
WITH recent AS MATERIALIZED (SELECT * FROM orders ORDER BY total + 1) SELECT id FROM recent LIMIT 10;

-- not found: the LIMIT is inside
WITH recent AS MATERIALIZED (SELECT * FROM orders ORDER BY total + 1 LIMIT 10) SELECT id FROM recent LIMIT 5;

-- not found: an index gives the rows in order, and nothing is sorted
WITH recent AS MATERIALIZED (SELECT * FROM orders ORDER BY at DESC) SELECT id FROM recent LIMIT 10;

-- not found: somebody else reads it all
-- set: work_mem = 64MB
WITH recent AS (SELECT * FROM orders ORDER BY total + 1)
SELECT (SELECT sum(total) FROM recent), (SELECT id FROM recent LIMIT 1);
