-- setup
CREATE TABLE measures (id int PRIMARY KEY, sensor int, value float8, note text);
INSERT INTO measures SELECT n, n * 7919 % 80, n, repeat('x', 400) FROM generate_series(1, 200000) n;
CREATE INDEX measures_sensor ON measures (sensor);
ANALYZE measures;

-- found: the rows of one sensor
-- cure: -- Locks the table while it is written anew: CLUSTER public.measures USING measures_sensor;
SELECT * FROM measures WHERE sensor = 7;

-- not found: rows that stand together
SELECT * FROM measures WHERE id BETWEEN 1000 AND 5000;

-- not found: a few rows
SELECT * FROM measures WHERE sensor = 7 AND id BETWEEN 3000 AND 3010;
