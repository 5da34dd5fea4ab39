-- setup
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total int, at timestamptz);
INSERT INTO orders SELECT n, n % 500, n % 77, timestamptz '2024-01-01' + n * interval '1 min'
    FROM generate_series(1, 100000) n;
CREATE INDEX ON orders (at, id);
ANALYZE orders;

-- found: by an index, and the statement that begins where the page before ended
-- cure: -- instead of OFFSET 60000, with the last row of the page before as parameters:
-- cure: -- SELECT total FROM orders o WHERE customer_id > 3 AND (o.at, o.id) < ($1, $2) ORDER BY o.at DESC, o.id DESC LIMIT 20
SELECT total FROM orders o WHERE customer_id > 3 ORDER BY o.at DESC, o.id DESC LIMIT 20 OFFSET 60000;

-- found: the order is not one that two rows can be compared by
-- cure: -- compare the columns of ORDER BY with the last row of the page before, and leave out OFFSET
SELECT total FROM orders ORDER BY at, id DESC LIMIT 20 OFFSET 60000;

-- not found: an early page
SELECT total FROM orders ORDER BY at, id LIMIT 20 OFFSET 40;

-- not found: everything is read and grouped before the first row, whatever is skipped
SELECT id / 10, sum(total) FROM orders GROUP BY id / 10 OFFSET 9990;
