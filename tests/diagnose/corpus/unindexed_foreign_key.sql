-- setup
CREATE TABLE customers (id int PRIMARY KEY, region int, UNIQUE (region, id));
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers);
CREATE TABLE "Letters" (id int PRIMARY KEY, "à" int, region int,
    CONSTRAINT "to" FOREIGN KEY (region, "à") REFERENCES customers (region, id) ON DELETE SET NULL);
CREATE TABLE notes (id int PRIMARY KEY, customer_id int REFERENCES customers ON DELETE CASCADE);
CREATE INDEX ON notes (customer_id);
CREATE TABLE regions (id int PRIMARY KEY);
CREATE TABLE shops (id int, region_id int REFERENCES regions, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE shops_1 PARTITION OF shops FOR VALUES FROM (0) TO (50000);
CREATE TABLE shops_2 PARTITION OF shops FOR VALUES FROM (50000) TO (200000);
CREATE TABLE parents (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parents_1 PARTITION OF parents FOR VALUES FROM (0) TO (50000);
CREATE TABLE children (id int PRIMARY KEY, parent_id int REFERENCES parents);
INSERT INTO customers SELECT n, n % 10 FROM generate_series(1, 20000) n;
INSERT INTO orders SELECT n, 1 + n % 10000 FROM generate_series(1, 20000) n;
INSERT INTO "Letters" SELECT n, 1 + n % 10000, (1 + n % 10000) % 10 FROM generate_series(1, 20000) n;
INSERT INTO notes SELECT n, 1 + n % 20000 FROM generate_series(1, 20000) n;
INSERT INTO regions SELECT generate_series(1, 2000);
INSERT INTO shops SELECT n, 1 + n % 1000 FROM generate_series(1, 60000) n;
INSERT INTO parents SELECT generate_series(1, 2000);
INSERT INTO children SELECT n, 1 + n % 1000 FROM generate_series(1, 20000) n;
ANALYZE;

-- found: two keys point here, one of two columns and with names that must be quoted; the third has its index
-- writes
-- cure: CREATE INDEX ON public."Letters" (region, "à");
DELETE FROM customers WHERE id BETWEEN 19000 AND 19030;

-- found: it is the partitioned table that gets the index
-- writes
-- cure: CREATE INDEX ON public.shops (region_id);
DELETE FROM regions WHERE id > 1970;

-- found: the trigger is one of the partition that is deleted from
-- writes
-- cure: CREATE INDEX ON public.children (parent_id);
DELETE FROM parents WHERE id > 1970;

-- found: inside WITH
-- writes
-- cure: CREATE INDEX ON public.children (parent_id);
WITH gone AS (DELETE FROM parents_1 WHERE id > 1970 RETURNING id) SELECT count(*) FROM gone;

-- not found: nothing that refers to it changes
-- writes
UPDATE customers SET region = region WHERE id BETWEEN 1 AND 1000;

-- not found: the key that is referred to is looked up by its own index
-- writes
INSERT INTO orders SELECT 100000 + n, 7 FROM generate_series(1, 5000) n;

-- not found: the referring rows are found by an index, and their number is what costs
-- writes
DELETE FROM notes WHERE id < 500;
