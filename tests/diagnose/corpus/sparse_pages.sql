-- setup
CREATE TABLE queue (id int PRIMARY KEY, payload text) WITH (autovacuum_enabled = off);
INSERT INTO queue SELECT n, repeat('x', 100) FROM generate_series(1, 100000) n;
DELETE FROM queue WHERE id % 20 > 0;
CREATE TABLE empty (id int PRIMARY KEY, payload text) WITH (autovacuum_enabled = off);
INSERT INTO empty SELECT n, repeat('x', 100) FROM generate_series(1, 100000) n;
DELETE FROM empty WHERE id % 20 > 0;
CREATE TABLE full_one (id int PRIMARY KEY, payload text, flag boolean);
INSERT INTO full_one SELECT n, repeat('x', 100), true FROM generate_series(1, 100000) n;
CREATE TABLE loose (id int PRIMARY KEY, payload text) WITH (fillfactor = 20);
INSERT INTO loose SELECT n, repeat('x', 100) FROM generate_series(1, 50000) n;
ANALYZE queue, full_one, loose;
VACUUM ANALYZE empty;

-- found: dead rows
SELECT count(payload) FROM queue;

-- found: room that dead rows left
-- cure: -- Locks the table against everything while it is written anew: VACUUM (FULL, ANALYZE) public.empty;
SELECT count(payload) FROM empty;

-- not found: pages that are full
SELECT count(payload) FROM full_one;

-- not found: room that was asked for
SELECT count(payload) FROM loose;
